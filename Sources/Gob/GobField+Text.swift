extension String: GobBasicField {
    /// `string`.
    @inlinable public static var gobBasicID: GobTypeID { .string }
    /// The empty string.
    @inlinable public static var gobZero: String { "" }
    /// `string`.
    public static var gobTypeName: String { "string" }
    /// Whether it is empty.
    @inlinable public var gobIsZero: Bool { isEmpty }

    /// Appends the UTF-8 bytes.
    @inlinable
    public func gobEncode(to writer: inout GobWriter) {
        writer.writeString(self)
    }

    /// Reads a string; Go's may hold any bytes, and what is not UTF-8 is replaced by U+FFFD.
    @inlinable
    public mutating func gobDecode(_ remote: GobTypeID, from reader: inout GobReader) throws(GobError) {
        self = try reader.readString()
    }
}

/// A `string` or `[]byte` of a message, left where it lies: its place in the bytes that were given to the decoder.
///
/// Decoding into it allocates nothing. To encode it, name the bytes again: ``GobEncoder/encode(_:textIn:)``.
@frozen
public struct GobText: GobField, Hashable, Sendable {
    /// The offset of the first byte.
    public var offset: Int
    /// How many bytes there are.
    public var count: Int

    /// Creates a place; an empty one where nothing is said.
    @inlinable
    public init(offset: Int = 0, count: Int = 0) {
        self.offset = offset
        self.count = count
    }

    /// The place as a range of offsets.
    @inlinable public var range: Range<Int> { offset..<(offset &+ count) }

    /// An empty place.
    @inlinable public static var gobZero: GobText { GobText() }
    /// `string`.
    public static var gobTypeName: String { "string" }
    /// Whether it is empty.
    @inlinable public var gobIsZero: Bool { count == 0 }

    /// Described, and so sent, as a `string`.
    public static func gobDescribe(in types: inout GobTypeDescriber, as naming: GobNaming) -> GobTypeID { .string }

    /// Whether the remote type is `string` or `[]byte`.
    public static func gobAccepts(_ remote: GobTypeID, in types: GobTypes) -> Bool {
        remote == .string || remote == .bytes
    }

    /// Appends the bytes at this place of the bytes that were given to the encoder.
    @inlinable
    public func gobEncode(to writer: inout GobWriter) {
        guard offset >= 0, count >= 0, offset <= writer.textSource.count, count <= writer.textSource.count &- offset
        else { return writer.fail(GobText.outside) }
        writer.writeBytes(UnsafeRawBufferPointer(rebasing: writer.textSource[offset..<(offset &+ count)]))
    }

    /// Notes where the bytes are.
    @inlinable
    public mutating func gobDecode(_ remote: GobTypeID, from reader: inout GobReader) throws(GobError) {
        count = try reader.readByteCount()
        offset = reader.position &- count
    }

    @usableFromInline
    static var outside: GobError {
        GobError(.unsupportedValue, "a GobText lies outside of the bytes that were given to encode(_:textIn:)")
    }
}
