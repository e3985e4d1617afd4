import Broker
import NIOCore
import TransportIO

/// A call of `WriteLogs` from the broker's side: entries out, an acknowledgement for each, in the entries' order.
final class LogStream: ClientCallObserver {
    static let path = "/logs.LogService/WriteLogs"

    let unsent = UnsentEntries()
    var call: OutgoingCall?
    /// The tickets of entries that were not acknowledged, oldest first.
    private var tickets = CircularBuffer<Int>()
    /// What has become of the first of them, since the fates were taken last.
    private var acknowledged = 0
    private var fates = CircularBuffer<TransportError?>()
    private var end: CallEnd?

    /// Whether entries can be sent.
    var isOpen: Bool { end == nil && call?.isOpen == true && call?.isHalfClosed == false }
    /// Whether there are entries whose fate was not taken.
    var hasEntries: Bool { !tickets.isEmpty }

    func send(_ entry: LogEntry, _ ticket: Int) {
        tickets.append(ticket)
        unsent.append(LogRequestEncoder(entry))
        call?.hasMore()
    }

    func received(_ message: RawSpan, wasCompressed: Bool) {
        guard fates.count + acknowledged < tickets.count else {
            // An acknowledgement of nothing: what the others are of is not known any more.
            call?.cancel()
            return
        }
        switch LogResponse.content(message) {
        case .logged where fates.isEmpty: acknowledged += 1
        case .logged: fates.append(nil)
        case .refused(let why): fates.append(TransportError(.rejected, why))
        case .malformed: fates.append(TransportError(.unknown, "the reply message is not a logs.LogResponse"))
        }
    }

    func ended(_ end: CallEnd) {
        self.end = end
    }

    /// Moves what has become of entries to `completions`.
    func takeFates(into completions: inout Completions) {
        for _ in 0..<acknowledged { completions.acknowledge(tickets.removeFirst()) }
        acknowledged = 0
        while let fate = fates.popFirst() {
            let ticket = tickets.removeFirst()
            if let fate {
                completions.fail(ticket, fate)
            } else {
                completions.acknowledge(ticket)
            }
        }
        guard let end, !tickets.isEmpty else { return }
        let untouched = end.isUnprocessed ? tickets.count : unsent.untouchedEntries
        let failure = failure(end)
        while let ticket = tickets.popFirst() {
            if tickets.count < untouched {
                completions.sendAgain(ticket)
            } else {
                completions.fail(ticket, failure)
            }
        }
    }

    private func failure(_ end: CallEnd) -> TransportError {
        guard end.status.code != .ok else {
            return TransportError(.unknown, "the server ended the stream without acknowledging all entries")
        }
        let text = end.status.message.isEmpty ? "" : ": \(end.status.message)"
        // What ends before any answer, as UNIMPLEMENTED does, was a refusal of the whole call.
        let fate: TransportError.Fate = end.status.code == .unimplemented ? .rejected : .unknown
        return TransportError(
            fate, "the stream ended with \(end.status.code.name) (gRPC status \(end.status.code.rawValue))\(text)")
    }
}

/// Entries that wait to be sent: encoded when their DATA frame is made, straight from their texts.
final class UnsentEntries: UnsentBytes {
    private var entries = CircularBuffer<LogRequestEncoder>()
    private(set) var count = 0

    func append(_ entry: LogRequestEncoder) {
        count += entry.count
        entries.append(entry)
    }

    func write(_ count: Int, to memory: UnsafeMutableRawPointer) {
        self.count -= count
        var (memory, rest) = (memory, count)
        while rest > 0, !entries.isEmpty {
            let part = min(rest, entries[entries.startIndex].rest)
            entries[entries.startIndex].write(part, to: memory)
            memory += part
            rest -= part
            if entries[entries.startIndex].rest == 0 { entries.removeFirst() }
        }
    }

    /// How many entries no byte of which was sent.
    var untouchedEntries: Int {
        guard let first = entries.first else { return 0 }
        return first.written == 0 ? entries.count : entries.count - 1
    }
}
