import Broker
import NIOCore
import TransportIO

/// The message-id that every published entry bears: `CONNECTION-NUMBER`, each 16 hexadecimal digits.
///
/// An entry that is published again bears the same one, so that whoever consumes it can tell a duplicate.
enum MessageID {
    /// The length of an id, in bytes.
    static let byteCount = 33
    private static let dash = UInt8(ascii: "-")

    /// Writes `id` over the bytes at `index`.
    static func set(_ id: EntryID, at index: Int, in out: inout ByteBuffer) {
        out.setMultipleIntegers(
            Hexadecimal.digits(UInt32(truncatingIfNeeded: id.connection >> 32)),
            Hexadecimal.digits(UInt32(truncatingIfNeeded: id.connection)), dash,
            Hexadecimal.digits(UInt32(truncatingIfNeeded: id.number >> 32)),
            Hexadecimal.digits(UInt32(truncatingIfNeeded: id.number)),
            at: index)
    }

    /// The id in a message-id; nil if someone else made it.
    static func parse(_ text: RawSpan) -> EntryID? {
        guard text.byteCount == byteCount, text.unsafeLoad(fromByteOffset: 16, as: UInt8.self) == dash,
            let connection = Hexadecimal.number(text.extracting(0..<16)),
            let number = Hexadecimal.number(text.extracting(17..<33))
        else { return nil }
        return EntryID(connection: connection, number: number)
    }
}
