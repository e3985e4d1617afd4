import BenchmarkResults
import Broker
import Histogram

/// What a load generator does for a job of cold connections: each entry has a connection of its own, which is dialed for it and
/// closed behind its acknowledgement, one after the other.
struct ColdRun: Sendable {
    var warmup: LoadPhase
    var measured: LoadPhase
    /// How many connections are dialed for what is measured; for the warm-up, as many as its time allows, and one at least.
    var dials: Int
    /// The port of the target, whose sockets' bytes are counted.
    var port: Int?
    /// Told what came of the warm-up; whether to go on.
    var isToGoOn: @Sendable (LoadResult) async -> Bool
    /// Told that what is measured begins, and that it has ended.
    var mark: @Sendable (GeneratorLine.Mark) -> Void

    /// What came of one connection.
    private struct Exchange: Sendable {
        /// When it took an entry.
        var ready: UInt64
        /// The bytes until then.
        var handshake: WireBytes.OfSocket?
        /// When the entry was acknowledged.
        var acked: UInt64
        /// The bytes until then.
        var whole: WireBytes.OfSocket?
    }

    /// Runs both phases.
    /// - Returns: what was measured; nil where it is not to go on after the warm-up.
    /// - Throws: what is no fate of an entry; `CancellationError`.
    func run(over transport: some ClientTransport) async throws -> LoadResult? {
        let end = MonotonicClock.now &+ warmup.duration
        let warm =
            warmup.duration > 0
            ? try await dial(warmup, over: transport) { count in count == 0 || MonotonicClock.now < end }
            : LoadResult(start: 0, isOpen: false)
        guard await isToGoOn(warm) else { return nil }
        mark(.begin)
        let result = try await dial(measured, over: transport) { count in count < dials }
        mark(.end)
        return result
    }

    /// Dials, sends an entry and closes, as often as `mayGoOn` says of the number of times so far, or until one fails.
    private func dial(
        _ phase: LoadPhase, over transport: some ClientTransport, while mayGoOn: (_ count: Int) -> Bool
    ) async throws -> LoadResult {
        let recorder = LoadRecorder(start: MonotonicClock.now, phase: phase, schedule: nil)
        var connect = LoadResult.emptyHistogram()
        var (handshakes, wholes) = (WireBytes(sent: 0, received: 0), WireBytes(sent: 0, received: 0))
        var (count, told, descriptor) = (0, recorder.start, nil as Int32?)
        var isCounted = port != nil
        while mayGoOn(count), !recorder.isStopped {
            count += 1
            let dialed = MonotonicClock.now
            let entry = phase.entry(sequence: recorder.takeSequence(), intended: dialed)
            recorder.sending(at: dialed)
            do {
                let one = try await exchange(entry, over: transport, near: descriptor)
                recorder.acknowledged(sent: dialed, now: one.acked)
                connect.record(min(one.ready &- dialed, HistogramLog.highestLatency))
                if let handshake = one.handshake, let whole = one.whole {
                    handshakes.add(handshake.bytes)
                    wholes.add(whole.bytes)
                    descriptor = whole.descriptor
                } else {
                    isCounted = false
                }
            } catch let error as TransportError {
                recorder.failed(error, now: MonotonicClock.now)
            }
            try Task.checkCancellation()
            let closed = MonotonicClock.now
            if closed &- told >= LiveFigures.interval, let figures = recorder.soFar(at: closed) {
                phase.live?.put(figures, connection: 0)
                told = closed
            }
        }
        var result = recorder.finish()
        // That some dials took longer than others is no matter of halves of a time that nobody has set.
        (result.ackedInFirstHalf, result.ackedInSecondHalf) = (0, 0)
        result.connect = connect
        if isCounted, result.errors == 0 { (result.handshake, result.wire) = (handshakes, wholes) }
        return result
    }

    private func exchange(
        _ entry: LogEntry, over transport: some ClientTransport, near descriptor: Int32?
    ) async throws -> Exchange {
        try await transport.withConnection { connection in
            let ready = MonotonicClock.now
            let handshake = port.flatMap { WireBytes.OfSocket(toPort: $0, near: descriptor) }
            _ = try await connection.send(entry)
            let acked = MonotonicClock.now
            let whole = port.flatMap { WireBytes.OfSocket(toPort: $0, near: handshake?.descriptor) }
            return Exchange(ready: ready, handshake: handshake, acked: acked, whole: whole)
        }
    }
}
