package import BenchmarkResults
package import Broker
package import TransportIO

/// Where a load has its entries from that are not the benchmark's own texts.
///
/// It is asked on the event loops of the connections that share it.
package protocol LoadSource: AnyObject, Sendable {
    /// Takes the next entry.
    /// - Parameter due: when it was to be sent, on `MonotonicClock`; nil for now.
    func take(due: UInt64?) -> SourcedEntry
    /// Whether there are no more, as far as is known.
    var isAtEnd: Bool { get }
    /// Waits until ``take(due:)`` is worth another try.
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

/// The entries of a source, sent over a connection as a benchmark sends its own.
///
/// Unchecked: what changes is touched by functions that are isolated to one connection only.
package final class SourcedLoad: @unchecked Sendable {
    private let phase: LoadPhase
    private let source: any LoadSource
    private let recorder: LoadRecorder

    /// Creates a load.
    /// - Parameters:
    ///   - inFlight: how many entries may be unacknowledged at once on this connection.
    ///   - load: when entries are sent, over all connections.
    ///   - duration: for how long entries are sent, in nanoseconds; nil for as long as there are any.
    ///   - start: when the load starts, on `MonotonicClock`: the same for all connections.
    ///   - share: which connection this is, and of how many.
    ///   - connection: the one that it is sent over.
    ///   - tallies: those of the load.
    package init(
        of source: any LoadSource, inFlight: Int, load: LoadModel = .closed, duration: UInt64? = nil,
        start: UInt64 = MonotonicClock.now, share: (index: Int, count: Int) = (0, 1),
        over connection: any PacedConnection,
        _ tallies: LatencyTallies
    ) {
        self.source = source
        phase = LoadPhase(
            run: "", inFlight: inFlight, load: load, payloads: PayloadPool(byteCount: 0, seed: 0),
            duration: duration ?? 1 << 62, wallClockOffset: 0,
            share: ConnectionShare(index: share.index, count: share.count), stopsAtFailure: false)
        recorder = LoadRecorder(of: phase, start: start, tally: tallies.tally(of: connection))
    }

    /// Sends until there are no more entries, the time is over or the task is cancelled; then awaits what is in flight.
    package func run<Connection: PacedConnection>(on connection: isolated Connection) async {
        await LoadGenerator.run(phase, source, recorder, on: connection)
    }

    /// What the load has come to so far; of the latencies of all connections on the event loop, one of them tells.
    package func account<Connection: PacedConnection>(on connection: isolated Connection) -> LoadAccount {
        LoadAccount(recorder.finish())
    }
}
