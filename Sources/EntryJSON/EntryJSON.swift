public import Broker
public import NIOCore

/// The JSON encoding of a log entry, straight into an outgoing buffer.
///
/// `{"name":"login","data":"user 7"}`, with `severity` behind it unless it is INFO, and `run`, `seq` and `sent_at` (integer
/// nanoseconds) where the entry belongs to a run. Source: RFC 8259.
public struct EntryJSON {
    private let entry: LogEntry
    private let nameBytes: Int
    private let dataBytes: Int
    private let runBytes: Int

    /// The length of the encoded entry, in bytes.
    public let byteCount: Int

    /// Measures what has to be escaped, so that ``byteCount`` can be written before the text.
    public init(_ entry: LogEntry) {
        self.entry = entry
        nameBytes = JSONText.escapedLength(entry.name)
        dataBytes = JSONText.escapedLength(entry.data)
        var count = #"{"name":"","data":""}"#.utf8.count + nameBytes + dataBytes
        if entry.severity != .info {
            count += #","severity":"""#.utf8.count + entry.severity.name.utf8.count
        }
        if let stamp = entry.stamp {
            runBytes = JSONText.escapedLength(stamp.run)
            count += #","run":"","seq":,"sent_at":"#.utf8.count + runBytes
            count += JSONText.decimalLength(stamp.sequence) + JSONText.decimalLength(stamp.sentAt.magnitude)
            count += stamp.sentAt < 0 ? 1 : 0
        } else {
            runBytes = 0
        }
        byteCount = count
    }

    /// Appends the encoded entry: ``byteCount`` bytes.
    public func write(into out: inout ByteBuffer) {
        out.reserveCapacity(minimumWritableBytes: byteCount)
        out.writeStaticString(#"{"name":""#)
        JSONText.write(entry.name, escapedLength: nameBytes, into: &out)
        out.writeStaticString(#"","data":""#)
        JSONText.write(entry.data, escapedLength: dataBytes, into: &out)
        if entry.severity != .info {
            out.writeStaticString(#"","severity":""#)
            out.writeString(entry.severity.name)
        }
        guard let stamp = entry.stamp else {
            out.writeStaticString(#""}"#)
            return
        }
        out.writeStaticString(#"","run":""#)
        JSONText.write(stamp.run, escapedLength: runBytes, into: &out)
        out.writeStaticString(#"","seq":"#)
        JSONText.writeDecimal(stamp.sequence, into: &out)
        out.writeStaticString(#","sent_at":"#)
        if stamp.sentAt < 0 { out.writeInteger(UInt8(ascii: "-")) }
        JSONText.writeDecimal(stamp.sentAt.magnitude, into: &out)
        out.writeStaticString("}")
    }
}
