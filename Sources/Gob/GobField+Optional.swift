/// Go's pointers, which are flattened: nil is left out, and so is a pointer to a zero value.
extension Optional: GobField where Wrapped: GobField {
    /// Nil.
    @inlinable public static var gobZero: Wrapped? { nil }
    /// The name of what is pointed to.
    public static var gobTypeName: String { Wrapped.gobTypeName }
    /// Whether a struct is pointed to.
    @inlinable public static var gobIsStruct: Bool { Wrapped.gobIsStruct }

    /// Whether it is nil or the value is zero.
    @inlinable public var gobIsZero: Bool {
        switch self {
        case .none: true
        case .some(let value): value.gobIsZero
        }
    }

    /// Adds the type pointed to.
    public static func gobDescribe(in types: inout GobTypeDescriber, as naming: GobNaming) -> GobTypeID {
        Wrapped.gobDescribe(in: &types, as: naming)
    }

    /// Whether the type pointed to can be received.
    public static func gobAccepts(_ remote: GobTypeID, in types: GobTypes) -> Bool {
        Wrapped.gobAccepts(remote, in: types)
    }

    /// Appends the value; nil has no value to send outside of a field.
    @inlinable
    public func gobEncode(to writer: inout GobWriter) {
        switch self {
        case .none: writer.failNil(Wrapped.self)
        case .some(let value): value.gobEncode(to: &writer)
        }
    }

    /// Reads the value into what is pointed to, which is made where there is none.
    @inlinable
    public mutating func gobDecode(_ remote: GobTypeID, from reader: inout GobReader) throws(GobError) {
        var value = self ?? Wrapped.gobZero
        try value.gobDecode(remote, from: &reader)
        self = value
    }
}

extension GobWriter {
    @usableFromInline
    @inline(never)
    mutating func failNil<Value: GobField>(_ type: Value.Type) {
        fail(GobError(.unsupportedValue, "cannot send nil of type \(Value.gobTypeName): a nil pointer has no value"))
    }
}
