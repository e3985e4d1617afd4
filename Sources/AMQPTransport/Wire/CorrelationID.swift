import NIOCore

/// The correlation id of an entry that is to be answered: the last 32 bits of its delivery tag, as 8 hexadecimal digits.
///
/// Of one channel, and so unique among all that can still be answered there.
enum CorrelationID {
    /// The length of an id, in bytes.
    static let byteCount = 8

    /// Writes the id of the entry of `tag` over the bytes at `index`.
    static func set(_ tag: UInt64, at index: Int, in out: inout ByteBuffer) {
        out.setInteger(Hexadecimal.digits(UInt32(truncatingIfNeeded: tag)), at: index)
    }

    /// The last 32 bits of the tag; nil if someone else made the id.
    static func parse(_ text: RawSpan) -> UInt32? {
        guard text.byteCount == byteCount else { return nil }
        return Hexadecimal.number(text).map { UInt32(truncatingIfNeeded: $0) }
    }
}
