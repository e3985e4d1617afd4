import BenchmarkResults
import Broker
import TransportIO

/// A simple client's way to send again what was not acknowledged.
///
/// An entry bears the same run, number and text each time, and where the protocol has one the same id, so that whoever records it can
/// tell that it came twice.
struct RetryPolicy: Sendable, Hashable {
    /// The pause before the second try, in nanoseconds; each that follows is twice as long as the one before.
    static let firstPause: UInt64 = 10_000_000
    /// How long a pause becomes, in nanoseconds.
    static let longestPause: UInt64 = 1_000_000_000
    /// The longest wait after which it is looked whether the load was cancelled, in nanoseconds.
    private static let longestSleep: UInt64 = 50_000_000

    /// Whether an entry is sent again that may have arrived, and not only what certainly was not sent.
    var sendsUnknown: Bool
    /// How long after the first try the last one begins at the latest, in nanoseconds.
    var limit: UInt64
    /// What pauses are drawn from: each is between half as long and as long as it may be.
    var seed: UInt64

    /// - Parameters:
    ///   - limit: how long after the first try the last one begins at the latest.
    /// - Returns: nil where the client does not send anything again.
    init?(_ retries: Retries, limit: Duration, seed: UInt64) {
        switch retries {
        case .own, .none: return nil
        case .notSent: sendsUnknown = false
        case .unknown: sendsUnknown = true
        }
        self.limit = limit.nanoseconds
        self.seed = seed
    }

    /// What came of an entry over all tries to send it.
    struct Outcome: Sendable, Hashable {
        /// Why it was not acknowledged, as what is known of it in the end; nil where it was.
        var failure: TransportError?
        /// How many times it was sent again.
        var retried: UInt64 = 0
    }

    /// Sends an entry until it is acknowledged, or is not to be sent again, or the time for that is over, or the task is cancelled.
    /// - Parameters:
    ///   - sequence: its number.
    ///   - sent: when it is handed to the transport first, on `MonotonicClock`.
    func send<Connection: PacedConnection>(
        _ entry: LogEntry, sequence: UInt64, at sent: UInt64, on connection: isolated Connection
    ) async -> Outcome {
        var outcome = Outcome()
        let id = connection.makeEntryID()
        var random = SplitMix64(seed: seed &+ sequence)
        var pause = Self.firstPause
        while true {
            do throws(TransportError) {
                _ = try await connection.send(entry, under: id)
                outcome.failure = nil
                return outcome
            } catch {
                outcome.failure = Self.known(outcome.failure, error)
                guard mayMend(error) else { return outcome }
            }
            let next = MonotonicClock.now &+ pause / 2 &+ UInt64(random.next(below: Int(pause / 2)))
            guard next <= sent &+ limit, await wait(until: next, on: connection) else { return outcome }
            pause = min(2 * pause, Self.longestPause)
            outcome.retried += 1
        }
    }

    /// Whether another try may be of use: what a logger says that it does not take is not sent to it again.
    private func mayMend(_ error: TransportError) -> Bool {
        switch error.fate {
        case .notSent: true
        case .unknown: sendsUnknown && !error.isFinal
        case .rejected: false
        }
    }

    /// What is known of an entry behind one more try that has failed: it may have arrived if it may have in one of them, and was not
    /// taken if none of the others is in doubt.
    private static func known(_ before: TransportError?, _ now: TransportError) -> TransportError {
        guard let before else { return now }
        func doubt(_ fate: TransportError.Fate) -> Int {
            switch fate {
            case .notSent: 0
            case .rejected: 1
            case .unknown: 2
            }
        }
        return doubt(now.fate) > doubt(before.fate) ? now : before
    }

    /// - Returns: whether it is time; false where the task was cancelled before.
    private func wait<Connection: PacedConnection>(
        until next: UInt64, on connection: isolated Connection
    ) async -> Bool {
        while case let now = MonotonicClock.now, now < next, !Task.isCancelled {
            await connection.sleep(until: min(next, now &+ Self.longestSleep))
        }
        return !Task.isCancelled
    }
}
