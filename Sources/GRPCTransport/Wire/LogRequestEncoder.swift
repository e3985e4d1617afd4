import Broker
import EntryProtobuf

/// Writes an entry as a `logs.LogRequest` behind its message prefix, whole or part by part.
///
/// A large message leaves in many DATA frames; each takes its part straight from the entry's texts, so that no second
/// copy of the message exists.
struct LogRequestEncoder {
    /// gRPC over HTTP2, "Length-Prefixed-Message": a flag byte and four bytes of length.
    static let prefixCount = 5
    /// The bytes of a request that are not name or data: at most this many.
    static let maxOverhead = 64 + EntryLimits.maxRunIDBytes

    private let log: LogMessage
    /// The length of the `LogRequest` with its prefix.
    let count: Int
    /// How many bytes of it were written.
    private(set) var written = 0

    /// How many bytes are left.
    var rest: Int { count &- written }

    init(_ entry: LogEntry) {
        log = LogMessage(entry)
        count = Self.prefixCount + 1 + WindowWriter.varintCount(UInt64(log.byteCount)) + log.byteCount
    }

    /// Writes the next `partCount` bytes of the message, of which there must be as many, to `memory`.
    mutating func write(_ partCount: Int, to memory: UnsafeMutableRawPointer) {
        var writer = WindowWriter(memory: memory, skip: written, room: partCount)
        written &+= partCount
        writer.byte(0)
        writer.bigEndian(UInt32(truncatingIfNeeded: count - Self.prefixCount))
        writer.byte(0x0A)
        writer.varint(UInt64(log.byteCount))
        log.write(to: &writer)
    }
}
