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
            digits(UInt32(truncatingIfNeeded: id.connection >> 32)), digits(UInt32(truncatingIfNeeded: id.connection)),
            dash, digits(UInt32(truncatingIfNeeded: id.number >> 32)), digits(UInt32(truncatingIfNeeded: id.number)),
            at: index)
    }

    /// The id in a message-id; nil if someone else made it.
    static func parse(_ text: RawSpan) -> EntryID? {
        guard text.byteCount == byteCount, text.unsafeLoad(fromByteOffset: 16, as: UInt8.self) == dash,
            let connection = number(text.extracting(0..<16)), let number = number(text.extracting(17..<33))
        else { return nil }
        return EntryID(connection: connection, number: number)
    }

    /// Eight hexadecimal digits, the first in the most significant byte.
    ///
    /// All eight at once: each of the three steps halves the width of the lanes, until a digit has a byte.
    private static func digits(_ value: UInt32) -> UInt64 {
        var lanes = UInt64(value)
        lanes = (lanes | lanes << 16) & 0x0000_FFFF_0000_FFFF
        lanes = (lanes | lanes << 8) & 0x00FF_00FF_00FF_00FF
        lanes = (lanes | lanes << 4) & 0x0F0F_0F0F_0F0F_0F0F
        let isLetter = ((lanes &+ 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101
        return lanes &+ 0x3030_3030_3030_3030 &+ isLetter &* UInt64(UInt8(ascii: "a") - UInt8(ascii: "0") - 10)
    }

    private static func number(_ text: RawSpan) -> UInt64? {
        var number: UInt64 = 0
        for index in 0..<text.byteCount {
            let digit = text.unsafeLoad(fromByteOffset: index, as: UInt8.self)
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return number
    }
}
