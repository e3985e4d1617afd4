import Broker
import NIOCore

/// The floor's request: an entry behind its length.
///
/// All numbers are big-endian.
///
/// ```
/// offset  size  field
///      0     4  length of everything behind this field
///      4     1  severity: 0 info, 1 warning, 2 error
///      5     1  length of the run id, 0 where the entry belongs to no run
///      6     2  zero
///      8     4  length of the name
///     12     8  sequence number
///     20     8  sent at, nanoseconds since 1970-01-01T00:00:00Z, signed
///     28     -  run id, name, data; the data fill the rest
/// ```
///
/// Frames are answered in order, each with one ``AnswerFrame``.
enum EntryFrame {
    static let headerBytes = 28

    /// The fixed part of a frame, checked against itself and against the limits.
    struct Header {
        var totalBytes: Int
        var severity: Severity
        var runBytes: Int
        var nameBytes: Int
        var sequence: UInt64
        var sentAt: Int64
    }

    /// Appends an entry.
    /// - Throws: ``TransportError`` of fate `notSent` when the entry exceeds `limits`.
    static func write(
        _ entry: LogEntry, limits: EntryLimits, into out: inout ByteBuffer
    ) throws(TransportError) {
        let nameBytes = entry.name.utf8.count
        let dataBytes = entry.data.utf8.count
        let runBytes = entry.stamp?.run.utf8.count ?? 0
        try limits.check(entry)
        let length = headerBytes - 4 + runBytes + nameBytes + dataBytes
        out.reserveCapacity(minimumWritableBytes: 4 + length)
        out.writeMultipleIntegers(
            UInt32(length), entry.severity.rawValue, UInt8(runBytes), UInt16(0), UInt32(nameBytes),
            entry.stamp?.sequence ?? 0, entry.stamp?.sentAt ?? 0)
        if let stamp = entry.stamp { out.writeString(stamp.run) }
        out.writeString(entry.name)
        out.writeString(entry.data)
    }

    /// Reads the header of the frame at the start of `bytes`, without consuming it; nil while it is incomplete.
    /// - Throws: the status to answer with when no such frame can be accepted.
    static func peekHeader(_ bytes: borrowing ByteBuffer, limits: EntryLimits) throws(AnswerFrame.Status) -> Header? {
        let start = bytes.readerIndex
        guard let length = bytes.getInteger(at: start, as: UInt32.self).map(Int.init) else { return nil }
        guard length >= headerBytes - 4 else { throw .malformed }
        guard length - (headerBytes - 4) <= limits.maxEntryBytes + EntryLimits.maxRunIDBytes else { throw .tooLarge }
        guard bytes.readableBytes >= headerBytes,
            let severity = bytes.getInteger(at: start + 4, as: UInt8.self),
            let runBytes = bytes.getInteger(at: start + 5, as: UInt8.self).map(Int.init),
            let zero = bytes.getInteger(at: start + 6, as: UInt16.self),
            let nameBytes = bytes.getInteger(at: start + 8, as: UInt32.self).map(Int.init),
            let sequence = bytes.getInteger(at: start + 12, as: UInt64.self),
            let sentAt = bytes.getInteger(at: start + 20, as: Int64.self)
        else { return nil }
        guard let severity = Severity(rawValue: severity), zero == 0, runBytes <= EntryLimits.maxRunIDBytes,
            runBytes + nameBytes <= length - (headerBytes - 4)
        else { throw .malformed }
        guard length - (headerBytes - 4) - runBytes <= limits.maxEntryBytes else { throw .tooLarge }
        return Header(
            totalBytes: 4 + length, severity: severity, runBytes: runBytes, nameBytes: nameBytes, sequence: sequence,
            sentAt: sentAt)
    }
}
