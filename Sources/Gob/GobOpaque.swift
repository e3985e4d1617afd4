/// A type that encodes itself: a Go type with `GobEncode`, `MarshalBinary` or `MarshalText`.
public protocol GobOpaque: GobField {
    /// Which of the three Go's type has; they are not interchangeable on the wire.
    static var gobOpaqueKind: GobOpaqueKind { get }
    /// The name of the Go type.
    static var gobName: String { get }

    /// The bytes that Go's method would return.
    func gobBytes() throws(GobError) -> [UInt8]

    /// Sets the value from such bytes.
    mutating func setGobBytes(_ bytes: RawSpan) throws(GobError)
}

extension GobOpaque {
    /// The name of the Swift type.
    public static var gobName: String { String(describing: Self.self) }
    /// The Go name.
    public static var gobTypeName: String { gobName }

    /// Adds the type.
    public static func gobDescribe(in types: inout GobTypeDescriber, as naming: GobNaming) -> GobTypeID {
        types.describe(Self.self) { _ in .opaque(gobOpaqueKind, name: naming.name(declared: gobName)) }
    }

    /// Whether the remote type encodes itself in the same way.
    public static func gobAccepts(_ remote: GobTypeID, in types: GobTypes) -> Bool {
        if case .opaque(gobOpaqueKind, _) = types[remote] { true } else { false }
    }

    /// Appends the bytes and their count.
    public func gobEncode(to writer: inout GobWriter) {
        do throws(GobError) {
            let bytes = try gobBytes()
            bytes.withUnsafeBytes { writer.writeBytes($0) }
        } catch {
            writer.fail(error)
        }
    }

    /// Reads the bytes.
    public mutating func gobDecode(_ remote: GobTypeID, from reader: inout GobReader) throws(GobError) {
        try reader.readBytes { bytes throws(GobError) in try setGobBytes(bytes.bytes) }
    }
}
