import Broker
import HTTP2
import NIOCore
import TransportIO

/// A call of `logs.LogService/WriteLogs`: entries in, an acknowledgement for each, in the entries' order.
///
/// An entry that is not taken does not end the call: its acknowledgement says why.
final class WriteLogsHandler: ServerCallHandler {
    /// The method.
    static let path = "/logs.LogService/WriteLogs"

    /// What is known of an entry whose acknowledgement waits for an earlier one.
    private enum Acknowledgement {
        case waiting
        case recorded
        case refused(String)
    }

    private unowned let engine: GRPCServerEngine
    /// The entries from the first one on whose fate is open; empty as long as every entry is decided at once.
    private var waiting = CircularBuffer<Acknowledgement>()
    /// The number of the first of them.
    private var firstWaiting = 0
    private var hasEnded = false
    private var isDraining = false

    init(engine: GRPCServerEngine) {
        self.engine = engine
    }

    func received(_ message: RawSpan, on call: ServerCall) {
        guard let intake = engine.intake else { return }
        let ticket = engine.undecided.nextTicket
        switch Verdict(on: message, ticket: ticket, intake: intake, limits: engine.limits) {
        case .recorded: acknowledge(.recorded, on: call)
        case .refused(let status): acknowledge(.refused(status.message), on: call)
        case .later:
            engine.undecided.insert(
                UndecidedEntries.Entry(handler: self, call: call, number: firstWaiting + waiting.count))
            waiting.append(.waiting)
        }
    }

    @inline(__always)
    private func acknowledge(_ acknowledgement: Acknowledgement, on call: ServerCall) {
        if waiting.isEmpty { send(acknowledgement, on: call) } else { waiting.append(acknowledgement) }
    }

    private func send(_ acknowledgement: Acknowledgement, on call: ServerCall) {
        switch acknowledgement {
        case .recorded: call.send(framed: LogResponse.logged)
        case .refused(let why): call.send(LogResponse.refusal(why))
        case .waiting: break
        }
    }

    /// The fate of an entry has become known.
    func decided(_ number: Int, _ result: RecordResult, on call: ServerCall) {
        let index = number - firstWaiting
        guard index >= 0, index < waiting.count else { return }
        let place = waiting.index(waiting.startIndex, offsetBy: index)
        waiting[place] =
            switch result {
            case .rejected(let why), .unavailable(let why), .unknown(let why): .refused(why)
            case .recorded, .later: .recorded
            }
        while let first = waiting.first {
            if case .waiting = first { break }
            waiting.removeFirst()
            firstWaiting += 1
            send(first, on: call)
        }
        finishIfDone(call)
    }

    func receivedEnd(on call: ServerCall) {
        hasEnded = true
        finishIfDone(call)
    }

    func drain(on call: ServerCall) {
        isDraining = true
        finishIfDone(call)
    }

    func cancelled(_ call: ServerCall) {
        waiting.removeAll()
    }

    private func finishIfDone(_ call: ServerCall) {
        guard waiting.isEmpty else { return }
        if hasEnded {
            call.finish(.ok)
        } else if isDraining {
            call.finish(GRPCStatus(.unavailable, (engine.connection.drainReason ?? .stopping).text))
        }
    }
}

/// The entries of streaming calls whose fate is to be told later, by their tickets.
///
/// Tickets of unary calls hold a stream's slot and generation; these have the highest bit set.
struct UndecidedEntries {
    struct Entry {
        let handler: WriteLogsHandler
        let call: ServerCall
        let number: Int
    }

    private static let mark: UInt64 = 1 << 63

    private var entries: [UInt64: Entry] = [:]
    private(set) var nextTicket = UndecidedEntries.mark

    mutating func insert(_ entry: Entry) {
        entries[nextTicket] = entry
        nextTicket &+= 1
    }

    mutating func remove(_ ticket: UInt64) -> Entry? {
        ticket & Self.mark == 0 ? nil : entries.removeValue(forKey: ticket)
    }
}
