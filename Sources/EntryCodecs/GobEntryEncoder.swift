import Broker
import Gob
import NIOCore

/// Writes entries as gobs that stand alone, each with the definition of its type.
///
/// An encoder defines a type once. What it says then is kept and said before every entry, so that no entry pays for a new
/// encoder.
final class GobEntryEncoder {
    private var encoder: GobEncoder
    private var definition: [UInt8] = []

    init(limits: EntryLimits) {
        encoder = GobEncoder(limits: .forEntries(limits))
    }

    func encode(
        _ entry: LogEntry, into out: inout ByteBuffer, behind head: (Int, inout ByteBuffer) -> Void
    ) throws(EntryCodecError) {
        if definition.isEmpty {
            try write(LogEntry(name: "", data: ""))
            definition = encoder.withUnsafeBytes { first in
                let whole = Array(first)
                return Array(whole[..<GobDefinition.byteCount(whole.span.bytes)])
            }
            encoder.removeAll()
        }
        try write(entry)
        head(definition.count + encoder.count, &out)
        out.writeBytes(definition)
        encoder.withUnsafeBytes { _ = out.writeBytes($0) }
        encoder.removeAll()
    }

    private func write(_ entry: LogEntry) throws(EntryCodecError) {
        do throws(GobError) {
            try encoder.encode(GobEntry(entry))
        } catch {
            encoder.removeAll()
            throw EntryCodecError("the entry cannot be written as a gob: \(error)")
        }
    }
}

/// The messages of a gob that define types, which come before its value.
enum GobDefinition {
    /// How many bytes they take (encoding/gob, "Encoding Details": a message's length, then its type's number, which is
    /// negative for a definition); the rest is for the decoder to judge.
    static func byteCount(_ bytes: RawSpan) -> Int {
        var offset = 0
        while let message = unsigned(bytes, offset), message.value <= UInt64(bytes.byteCount &- message.next),
            let type = unsigned(bytes, message.next), type.value & 1 == 1
        {
            offset = message.next &+ Int(message.value)
        }
        return offset
    }

    /// An unsigned integer: one byte up to 127, else the negated count of the bytes that follow.
    private static func unsigned(_ bytes: RawSpan, _ offset: Int) -> (value: UInt64, next: Int)? {
        guard offset < bytes.byteCount else { return nil }
        let first = bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
        if first < 128 { return (UInt64(first), offset &+ 1) }
        let count = 256 - Int(first)
        guard count <= 8, count < bytes.byteCount &- offset else { return nil }
        var value: UInt64 = 0
        for index in 1...count {
            value = value << 8 | UInt64(bytes.unsafeLoad(fromByteOffset: offset &+ index, as: UInt8.self))
        }
        return (value, offset &+ 1 &+ count)
    }
}
