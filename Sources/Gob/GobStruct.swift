extension GobStruct {
    /// The name of the Swift type.
    public static var gobName: String { String(describing: Self.self) }

    /// A value made by `init()`.
    @inlinable public static var gobZero: Self { Self() }

    /// The Go name.
    public static var gobTypeName: String { gobName }

    /// True.
    @inlinable public static var gobIsStruct: Bool { true }

    /// False: gob sends structs even where all their fields are zero.
    @inlinable public var gobIsZero: Bool { false }

    /// Adds the struct and the types of its fields.
    public static func gobDescribe(in types: inout GobTypeDescriber, as naming: GobNaming) -> GobTypeID {
        types.describeStruct(Self.self, name: naming.name(declared: gobName))
    }

    /// Whether the remote type is a struct; the fields are compared when the first value arrives.
    public static func gobAccepts(_ remote: GobTypeID, in types: GobTypes) -> Bool {
        if case .structure = types[remote] { true } else { false }
    }

    /// Appends the fields that are not zero, and the terminator.
    @inlinable
    public func gobEncode(to writer: inout GobWriter) {
        var copy = self
        writer.writeFields(of: &copy)
    }

    /// Reads the fields that the peer sent; the others stay as they are.
    @inlinable
    public mutating func gobDecode(_ remote: GobTypeID, from reader: inout GobReader) throws(GobError) {
        try reader.readFields(of: &self, remote: remote)
    }
}
