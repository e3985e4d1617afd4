package import Broker
import BenchmarkResults
import Histogram
package import TransportIO

/// Where a load has its entries from that are not the benchmark's own texts.
///
/// It is asked on the connection's event loop only, by workers that are isolated to the connection.
package protocol LoadSource: AnyObject, Sendable {
    /// Takes the next entry.
    func take() -> SourcedEntry
    /// Waits until ``take()`` is worth another try.
    func wait() async
}

/// What a source has to send.
package enum SourcedEntry: Sendable {
    /// This entry.
    case entry(LogEntry)
    /// An entry that is not to be sent, and why.
    case unfit(TransportError)
    /// One that has not come yet: ``LoadSource/wait()`` for it.
    case none
    /// There are no more.
    case end
}

/// What a load has come to so far.
package struct LoadAccount: Sendable {
    /// Entries handed to the transport, and those that could not be.
    package var sent = 0
    /// Entries acknowledged.
    package var acked = 0
    /// Entries of which no byte can have been acted upon.
    package var notSent = 0
    /// Entries that may have arrived.
    package var unknown = 0
    /// Entries that the peer did not take.
    package var rejected = 0
    /// What became of the first entry that failed.
    package var firstFailure: TransportError?
    /// From the load's start to the last fate that is known, in seconds.
    package var seconds = 0.0
    /// The median from send to acknowledgement, in microseconds.
    package var p50Us = 0.0
    /// The 99th percentile of the same.
    package var p99Us = 0.0

    /// Creates an account of nothing.
    package init() {}
}

/// The entries of a source, sent over a connection as a benchmark sends its own under a closed load.
///
/// Unchecked: what changes is touched by functions that are isolated to one connection only.
package final class SourcedLoad: @unchecked Sendable {
    private let phase: LoadPhase
    private let source: any LoadSource
    private let recorder: LoadRecorder

    /// Creates a load, which starts now.
    /// - Parameters:
    ///   - inFlight: how many entries may be unacknowledged at once.
    ///   - duration: for how long entries are sent, in nanoseconds; nil for as long as there are any.
    package init(of source: any LoadSource, inFlight: Int, duration: UInt64? = nil) {
        self.source = source
        phase = LoadPhase(
            run: "", inFlight: inFlight, load: .closed, payloads: PayloadPool(byteCount: 0, seed: 0),
            duration: duration ?? 1 << 62, wallClockOffset: 0, stopsAtFailure: false)
        recorder = LoadRecorder(start: MonotonicClock.now, phase: phase, schedule: nil)
    }

    /// Sends until there are no more entries, the time is over or the task is cancelled; then awaits what is in flight.
    package func run<Connection: PacedConnection>(on connection: isolated Connection) async {
        await LoadGenerator.run(phase, source, recorder, on: connection)
    }

    /// What the load has come to so far.
    package func account<Connection: PacedConnection>(on connection: isolated Connection) -> LoadAccount {
        let result = recorder.finish()
        var account = LoadAccount()
        account.sent = Int(result.sent)
        account.acked = Int(result.acked)
        account.notSent = Int(result.notSent)
        account.unknown = Int(result.unknown)
        account.rejected = Int(result.rejected)
        account.firstFailure = result.firstFailure
        account.seconds = result.elapsed
        account.p50Us = Double(result.latency.valueAtPercentile(50)) / 1e3
        account.p99Us = Double(result.latency.valueAtPercentile(99)) / 1e3
        return account
    }
}
