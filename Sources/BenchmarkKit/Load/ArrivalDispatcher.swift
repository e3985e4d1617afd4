import Broker
import TransportIO

/// An entry of an open load that one sender is to send.
struct Arrival {
    /// Its sequence number.
    var sequence: UInt64
    /// When it was due, on ``MonotonicClock``.
    var intended: UInt64
    /// Whether a sender was free when it was due.
    var wasAwaited: Bool
}

/// Gives the entries of an open load to senders when they are due.
///
/// One task waits for the next entry, whoever will send it, so that a second of load costs as many waits as it has entries. When
/// all senders are waiting for acknowledgements the schedule slips: the first to be free takes what is overdue.
///
/// Unchecked: touched by functions that are isolated to one connection only.
final class ArrivalDispatcher: @unchecked Sendable {
    /// The longest wait after which is looked whether the load is to end.
    private static let longestSleep: UInt64 = 50_000_000

    private let recorder: LoadRecorder
    /// What the entries come from, where they are not the benchmark's own: nobody waits for the time of one that there is not.
    private let source: (any LoadSource)?
    private let end: UInt64
    private let spin: UInt64
    /// When the next entry is due; nil when there is none.
    private var due: UInt64?
    private var senders: [LoopContinuation<Arrival?>] = []
    private var waitForSender: LoopContinuation<Void>?

    init(_ phase: LoadPhase, _ recorder: LoadRecorder, source: (any LoadSource)? = nil) {
        self.recorder = recorder
        self.source = source
        end = recorder.start &+ phase.duration
        spin = phase.spin
        senders.reserveCapacity(phase.inFlight)
        proceed()
    }

    /// Waits until entries are due, and wakes a sender for each, until the last.
    func run<Connection: PacedConnection>(on connection: isolated Connection) async {
        while let due, mayGoOn {
            let now = MonotonicClock.now
            if now < due {
                await wait(until: due, now: now, on: connection)
            } else if let sender = senders.popLast() {
                sender.resume(returning: take(due, wasAwaited: true))
            } else {
                await connection.executor.suspend { waitForSender = $0 }
            }
        }
        finish()
    }

    /// For a sender: its next entry, when that is due; nil when there is none, or the phase is over.
    func next<Connection: PacedConnection>(
        at now: UInt64, on connection: isolated Connection
    ) async -> Arrival? {
        guard let due, now < end, mayGoOn else {
            finish()
            return nil
        }
        if due <= now { return take(due, wasAwaited: !senders.isEmpty) }
        return await connection.executor.suspend { sender in
            senders.append(sender)
            waitForSender.take()?.resume()
        }
    }

    private var mayGoOn: Bool { !recorder.isStopped && !Task.isCancelled && source?.isAtEnd != true }

    /// Sleeps while it is long until then, and spins for the rest.
    private func wait<Connection: PacedConnection>(
        until due: UInt64, now: UInt64, on connection: isolated Connection
    ) async {
        if due &- now > spin {
            await connection.sleep(until: min(due &- spin, now &+ Self.longestSleep))
        } else {
            recorder.spun(await connection.spin(until: due))
        }
    }

    private func take(_ due: UInt64, wasAwaited: Bool) -> Arrival {
        let arrival = Arrival(sequence: recorder.takeSequence(), intended: due, wasAwaited: wasAwaited)
        proceed()
        return arrival
    }

    private func proceed() {
        due = recorder.takeDueTime()
        if let next = due, next >= end { finish() }
    }

    /// The next entry is due an interval after `time`, if it was before, and those behind it as much later.
    func postpone(after time: UInt64) {
        guard let due else { return }
        let delay = recorder.postpone(due, after: time)
        self.due = due &+ delay
    }

    /// There is no further entry: whoever waits does so no longer.
    func finish() {
        due = nil
        waitForSender.take()?.resume()
        let waiting = senders
        senders.removeAll()
        for sender in waiting { sender.resume(returning: nil) }
    }
}
