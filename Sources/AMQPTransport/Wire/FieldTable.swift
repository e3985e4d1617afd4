import NIOCore
import PrintableText

/// The texts in a field table of the peer's (AMQP 0-9-1, 4.2.5.5), such as its server-properties.
///
/// Read by hand, since librabbitmq's decoder recurses as deep as the peer likes: tables and arrays within it are stepped over.
struct FieldTable {
    private let bytes: ByteBuffer

    /// - Parameter bytes: the table without its length.
    init(_ bytes: ByteBuffer) {
        self.bytes = bytes
    }

    /// The long string of that name, in one printable line; nil where there is none, or the table is malformed before it.
    func text(_ name: String) -> String? {
        var rest = bytes
        while rest.readableBytes > 0 {
            guard let length: UInt8 = rest.readInteger(), let key = rest.readString(length: Int(length)),
                let kind: UInt8 = rest.readInteger(), let size = Self.size(of: kind, in: &rest),
                let value = rest.readSlice(length: size)
            else { return nil }
            if key == name, kind == UInt8(ascii: "S") { return String(buffer: value).printable(limit: 64) }
        }
        return nil
    }

    /// How many bytes a value of that kind has, as RabbitMQ writes them; nil where that cannot be told.
    private static func size(of kind: UInt8, in rest: inout ByteBuffer) -> Int? {
        switch Unicode.Scalar(kind) {
        case "V": 0
        case "t", "b", "B": 1
        case "s", "u": 2
        case "I", "i", "f": 4
        case "l", "d", "T": 8
        case "D": 5
        case "S", "x", "F", "A": rest.readInteger(as: UInt32.self).map(Int.init)
        default: nil
        }
    }
}
