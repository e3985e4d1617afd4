import BenchmarkResults
import Broker
import TransportIO

/// Loads whose entries come from a ``LoadSource``.
extension LoadGenerator {
    /// Sends what a source has, at the phase's rate where it has one, until there is no more or the phase ends.
    static func run<Connection: PacedConnection>(
        _ phase: LoadPhase, _ source: any LoadSource, _ recorder: LoadRecorder, on connection: isolated Connection
    ) async {
        let end = recorder.start &+ phase.duration
        let arrivals = phase.load == .closed ? nil : ArrivalDispatcher(phase, recorder, source: source)
        if arrivals != nil { TimerSlack.makeFine() }
        await withTaskGroup(of: Void.self) { group in
            if let arrivals {
                group.addTask { await arrivals.run(on: connection) }
            }
            for _ in 0..<phase.inFlight {
                group.addTask {
                    if let arrivals {
                        await send(from: source, arrivals, until: end, on: connection, recorder)
                    } else {
                        await send(from: source, until: end, on: connection, recorder)
                    }
                }
            }
        }
        // The time after the last entry of a schedule is part of its rate, unless the source has ended it.
        if arrivals != nil, !source.isAtEnd, !Task.isCancelled { recorder.lasted(until: end) }
    }

    /// A worker of a closed load whose entries may have to be waited for.
    private static func send<Connection: PacedConnection>(
        from source: any LoadSource, until end: UInt64, on connection: isolated Connection, _ recorder: LoadRecorder
    ) async {
        var now = MonotonicClock.now
        while now < end, !recorder.isStopped, !Task.isCancelled {
            switch source.take(due: nil) {
            case .entry(let entry): now = await send(entry, at: now, on: connection, recorder)
            case .unfit(let error):
                recorder.sending(at: now)
                recorder.failed(error, now: now)
            case .none:
                await source.wait()
                now = MonotonicClock.now
            case .end: return
            }
        }
    }

    /// A worker of an open load whose entries may have to be waited for.
    ///
    /// One that was not there when it was due is sent as soon as it is, which is its intended time, and the schedule goes on from
    /// there: what a source has held back is not made up for.
    private static func send<Connection: PacedConnection>(
        from source: any LoadSource, _ arrivals: ArrivalDispatcher, until end: UInt64,
        on connection: isolated Connection, _ recorder: LoadRecorder
    ) async {
        // Whoever finds that there is no more ends it for all: nobody else may come by.
        defer { arrivals.finish() }
        var now = recorder.start
        while var arrival = await arrivals.next(at: now, on: connection) {
            var next = source.take(due: arrival.intended)
            while case .none = next {
                await source.wait()
                now = MonotonicClock.now
                recorder.starved(since: arrival.intended, until: now)
                guard now < end, !Task.isCancelled else { return }
                (arrival.intended, arrival.wasAwaited) = (now, true)
                arrivals.postpone(after: now)
                next = source.take(due: now)
            }
            switch next {
            case .entry(let entry):
                now = await send(entry, arrival, at: MonotonicClock.now, on: connection, recorder)
            case .unfit(let error):
                now = MonotonicClock.now
                recorder.sending(at: now)
                recorder.failed(error, now: now)
            case .none, .end: return
            }
        }
    }
}
