import Broker
import EntryJSON
package import NIOCore

extension StoredEntry {
    /// Writes the entry as a JSON object, its members in alphabetical order; what it has not is left out.
    package func write(into out: inout ByteBuffer) {
        out.writeStaticString(#"{"data":""#)
        Self.write(data, into: &out)
        out.writeString(#"","id":\#(id)"#)
        if let messageID {
            out.writeStaticString(#","message_id":""#)
            Self.write(messageID, into: &out)
            out.writeStaticString("\"")
        }
        out.writeStaticString(#","name":""#)
        Self.write(name, into: &out)
        out.writeString(#"","received_at_ns":\#(receivedAt)"#)
        if isRepeated { out.writeStaticString(#","repeated":true"#) }
        if let run {
            out.writeStaticString(#","run":""#)
            Self.write(run, into: &out)
            out.writeStaticString("\"")
        }
        if let sentAt { out.writeString(#","sent_at_ns":\#(sentAt)"#) }
        if let sequence { out.writeString(#","seq":\#(sequence)"#) }
        out.writeString(#","severity":"\#(severity.name)","transport":""#)
        Self.write(transport, into: &out)
        out.writeStaticString(#""}"#)
    }

    private static func write(_ text: String, into out: inout ByteBuffer) {
        JSONText.write(text, escapedLength: JSONText.escapedLength(text), into: &out)
    }
}
