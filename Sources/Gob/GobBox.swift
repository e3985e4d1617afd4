/// A pointer to a value, for structs that hold values of their own type.
public indirect enum GobBox<Value: GobField>: GobField {
    /// No value.
    case empty
    /// A value in memory of its own.
    case value(Value)

    /// Puts a value into a box.
    public init(_ value: Value?) {
        self = value.map { .value($0) } ?? .empty
    }

    /// The value, if there is one.
    public var value: Value? {
        if case .value(let value) = self { value } else { nil }
    }

    /// The empty box.
    public static var gobZero: GobBox { .empty }
    /// The name of what is pointed to.
    public static var gobTypeName: String { Value.gobTypeName }
    /// Whether a struct is pointed to.
    public static var gobIsStruct: Bool { Value.gobIsStruct }
    /// Whether there is no value, or a zero one.
    public var gobIsZero: Bool { value.gobIsZero }

    /// Adds the type pointed to.
    public static func gobDescribe(in types: inout GobTypeDescriber, as naming: GobNaming) -> GobTypeID {
        Value.gobDescribe(in: &types, as: naming)
    }

    /// Whether the type pointed to can be received.
    public static func gobAccepts(_ remote: GobTypeID, in types: GobTypes) -> Bool {
        Value.gobAccepts(remote, in: types)
    }

    /// Appends the value.
    public func gobEncode(to writer: inout GobWriter) {
        value.gobEncode(to: &writer)
    }

    /// Reads the value.
    public mutating func gobDecode(_ remote: GobTypeID, from reader: inout GobReader) throws(GobError) {
        var value = value
        try reader.allocate(MemoryLayout<Value>.size)
        try value.gobDecode(remote, from: &reader)
        self = GobBox(value)
    }
}

extension GobBox: Sendable where Value: Sendable {}
extension GobBox: Equatable where Value: Equatable {}
extension GobBox: Hashable where Value: Hashable {}
