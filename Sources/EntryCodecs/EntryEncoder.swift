public import Broker
import EntryJSON
import EntryProtobuf
import Foundation
public import NIOCore

/// Writes entries with a codec, each behind a head that tells its length.
public struct EntryEncoder {
    private let codec: EntryCodec
    /// Whether it writes the contract's JSON, and nothing around it.
    private let isPlain: Bool
    private let gob: GobEntryEncoder?

    /// Creates an encoder, with the limits that it tells gob of.
    /// - Parameter asAction: whether each entry is written as a broker's `/handle` takes it, `{"action":"log","log":{…}}`, in JSON
    ///   whatever the codec.
    public init(_ codec: EntryCodec, limits: EntryLimits, asAction: Bool = false) {
        self.codec = asAction ? .json : codec
        isPlain = codec == .json && !asAction
        gob = codec == .gob ? GobEntryEncoder(limits: limits) : nil
    }

    /// Appends an entry.
    /// - Parameter head: appends what comes before it; is given the number of bytes that the entry takes.
    /// - Throws: ``EntryCodecError`` if the entry cannot be written; then nothing was appended.
    @inline(__always)
    public func encode(
        _ entry: LogEntry, into out: inout ByteBuffer, behind head: (Int, inout ByteBuffer) -> Void
    ) throws(EntryCodecError) {
        guard isPlain else { return try encodeOther(entry, into: &out, behind: head) }
        let json = EntryJSONText(entry)
        head(json.byteCount, &out)
        json.write(into: &out)
    }

    private static let actionStart: StaticString = "{\"action\":\"log\",\"log\":"

    private func encodeOther(
        _ entry: LogEntry, into out: inout ByteBuffer, behind head: (Int, inout ByteBuffer) -> Void
    ) throws(EntryCodecError) {
        if codec == .json {
            let json = EntryJSONText(entry)
            head(Self.actionStart.utf8CodeUnitCount + json.byteCount + 1, &out)
            out.writeStaticString(Self.actionStart)
            json.write(into: &out)
            out.writeStaticString("}")
        } else if codec == .protobuf {
            let message = LogMessage(entry)
            head(message.byteCount, &out)
            message.write(into: &out)
        } else if let gob {
            try gob.encode(entry, into: &out, behind: head)
        } else {
            let json: Data
            do {
                json = try JSONEncoder().encode(FoundationEntry(entry))
            } catch {
                throw EntryCodecError("Foundation cannot write the entry as JSON: \(error)")
            }
            head(json.count, &out)
            out.writeBytes(json)
        }
    }
}
