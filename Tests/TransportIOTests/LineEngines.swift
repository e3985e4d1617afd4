import Broker
import NIOCore
import TransportIO

/// A protocol of lines, to test the plumbing with: `ticket name`, answered by `ticket ok` or `ticket no`.
struct LineClientEngine: ClientEngine {
    var capacity = 1_024

    mutating func send(_ entry: LogEntry, ticket: Int, into out: inout ByteBuffer) throws(TransportError) {
        guard entry.name != "unencodable" else { throw TransportError(.notSent, "cannot be encoded") }
        out.writeString("\(ticket) \(entry.name)\n")
    }

    mutating func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, completions: inout Completions
    ) throws(ProtocolError) {
        while let line = bytes.readLine() {
            let words = line.split(separator: " ")
            guard words.count == 2, let ticket = Int(words[0]) else { throw ProtocolError("not a line: \(line)") }
            if words[1] == "ok" {
                completions.acknowledge(ticket)
            } else {
                completions.fail(ticket, TransportError(.rejected, "no"))
            }
        }
    }
}

/// The other half; the name `break` makes it end the connection.
struct LineServerEngine: ServerEngine {
    private var open: [UInt64: String] = [:]
    private var nextTicket: UInt64 = 0
    private var hasPartialLine = false

    var isIdle: Bool { open.isEmpty && !hasPartialLine }

    var isAmidMessage: Bool { hasPartialLine }

    mutating func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, intake: borrowing EntryIntake
    ) throws(ProtocolError) {
        while let line = bytes.readLine() {
            let words = line.split(separator: " ")
            guard words.count == 2, words[1] != "break" else {
                intake.countUndecodable()
                throw ProtocolError("not a line: \(line)")
            }
            let (number, name) = (String(words[0]), Array(words[1].utf8))
            let result = intake.take(ReceivedEntry(name: name.span.bytes, data: RawSpan()), ticket: nextTicket)
            if result == .later {
                open[nextTicket] = number
                nextTicket += 1
            } else {
                out.writeString("\(number) \(result == .recorded ? "ok" : "no")\n")
            }
        }
        hasPartialLine = bytes.readableBytes > 0
    }

    mutating func complete(_ ticket: UInt64, _ result: RecordResult, into out: inout ByteBuffer) {
        guard let number = open.removeValue(forKey: ticket) else { return }
        out.writeString("\(number) \(result == .recorded ? "ok" : "no")\n")
    }
}

extension ByteBuffer {
    /// The next line, without its end; nil if it has not all come.
    mutating func readLine() -> String? {
        guard let end = readableBytesView.firstIndex(of: 0x0A) else { return nil }
        let line = readString(length: end - readerIndex)
        moveReaderIndex(forwardBy: 1)
        return line
    }
}
