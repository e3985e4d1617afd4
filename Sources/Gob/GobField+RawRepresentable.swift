/// Enums with raw values, and structs around one: sent as the raw value, as Go sends its named basic types.
///
/// A type conforms by declaring it. Its zero value has the zero raw value; an enum that has no such case needs a
/// `gobZero` of its own.
extension GobField where Self: RawRepresentable, RawValue: GobField, Self: CaseIterable {
    /// The case with the zero raw value, or the first one.
    public static var gobZero: Self {
        if let zero = Self(rawValue: RawValue.gobZero) { return zero }
        guard let first = allCases.first else { preconditionFailure("\(Self.self) has no cases") }
        return first
    }
}

extension GobField where Self: RawRepresentable, RawValue: GobField {
    /// The name of the raw type.
    public static var gobTypeName: String { RawValue.gobTypeName }
    /// Whether the raw value is zero.
    @inlinable public var gobIsZero: Bool { rawValue.gobIsZero }

    /// Described as the raw type.
    public static func gobDescribe(in types: inout GobTypeDescriber, as naming: GobNaming) -> GobTypeID {
        RawValue.gobDescribe(in: &types, as: naming)
    }

    /// Whether the raw type can be received.
    public static func gobAccepts(_ remote: GobTypeID, in types: GobTypes) -> Bool {
        RawValue.gobAccepts(remote, in: types)
    }

    /// Appends the raw value.
    @inlinable
    public func gobEncode(to writer: inout GobWriter) {
        rawValue.gobEncode(to: &writer)
    }

    /// Reads a raw value, and refuses one that stands for nothing.
    @inlinable
    public mutating func gobDecode(_ remote: GobTypeID, from reader: inout GobReader) throws(GobError) {
        var raw = RawValue.gobZero
        try raw.gobDecode(remote, from: &reader)
        guard let value = Self(rawValue: raw) else { throw reader.rangeError("\(raw)", "\(Self.self)") }
        self = value
    }
}
