public import Broker
import CText
public import NIOCore

/// The JSON encoding of a log entry, straight into an outgoing buffer.
///
/// `{"name":"login","data":"user 7"}`, with `severity` behind it unless it is INFO, and `run`, `seq` and `sent_at` (integer
/// nanoseconds) where the entry belongs to a run. Source: RFC 8259.
public struct EntryJSONText {
    private let entry: LogEntry
    private let nameBytes: Int
    private let dataBytes: Int
    private let runBytes: Int
    private let sequenceBytes: Int
    private let sentAtBytes: Int

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
            sequenceBytes = JSONText.decimalLength(stamp.sequence)
            sentAtBytes = JSONText.decimalLength(stamp.sentAt.magnitude)
            count += sequenceBytes + sentAtBytes + (stamp.sentAt < 0 ? 1 : 0)
        } else {
            (runBytes, sequenceBytes, sentAtBytes) = (0, 0, 0)
        }
        byteCount = count
    }

    /// Appends the encoded entry: ``byteCount`` bytes.
    public func write(into out: inout ByteBuffer) {
        out.writeWithUnsafeMutableBytes(minimumWritableBytes: byteCount + TEXT_SLACK) { memory in
            // There is room, so there is an address.
            guard let start = memory.baseAddress else { return 0 }
            var place = JSONPlace(start)
            write(to: &place)
            return place.distance(from: start)
        }
    }

    private func write(to place: inout JSONPlace) {
        place.write(#"{"name":""#)
        place.write(entry.name, escapedLength: nameBytes)
        place.write(#"","data":""#)
        place.write(entry.data, escapedLength: dataBytes)
        switch entry.severity {
        case .info: break
        case .warning: place.write(#"","severity":"WARNING"#)
        case .error: place.write(#"","severity":"ERROR"#)
        }
        guard let stamp = entry.stamp else { return place.write(#""}"#) }
        place.write(#"","run":""#)
        place.write(stamp.run, escapedLength: runBytes)
        place.write(#"","seq":"#)
        place.write(stamp.sequence, length: sequenceBytes)
        place.write(stamp.sentAt < 0 ? #","sent_at":-"# : #","sent_at":"#)
        place.write(stamp.sentAt.magnitude, length: sentAtBytes)
        place.write("}")
    }
}
