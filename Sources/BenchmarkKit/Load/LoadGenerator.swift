import BenchmarkResults
import Broker
import TransportIO

/// Sends the entries of a phase over one connection.
///
/// The workers are child tasks that run in functions isolated to the connection, so that a send, its acknowledgement and its
/// record all happen on the event loop that does the I/O.
enum LoadGenerator {
    /// Runs a phase to its end, or until the task is cancelled or the connection fails.
    static func run<Connection: PacedConnection>(
        _ phase: LoadPhase, on connection: isolated Connection
    ) async -> LoadResult {
        await run(phase, LatencyTally(isOpen: phase.load != .closed), on: connection).finish()
    }

    /// Runs a phase likewise, as one of the connections that share a tally.
    /// - Returns: What is to be asked for what came of it when all of them have ended.
    static func run<Connection: PacedConnection>(
        _ phase: LoadPhase, _ tally: LatencyTally, on connection: isolated Connection
    ) async -> LoadRecorder {
        let start = MonotonicClock.now
        let recorder = LoadRecorder(of: phase, start: start, tally: tally)
        if phase.isBare {
            recorder.replace(with: await BareLoop.run(phase, on: connection))
            return recorder
        }
        let arrivals = phase.load == .closed ? nil : ArrivalDispatcher(phase, recorder)
        if arrivals != nil { TimerSlack.makeFine() }
        await withTaskGroup(of: Void.self) { group in
            if let live = phase.live, recorder.tellsOfTally {
                group.addTask {
                    await tell(live, phase, on: connection, recorder)
                }
            }
            if let arrivals {
                group.addTask { await arrivals.run(on: connection) }
            }
            let operations = phase.messagesPerOperation > 1 ? phase.inFlight / phase.messagesPerOperation : 0
            let barriers = (0..<operations).map { _ in OperationBarrier(count: phase.messagesPerOperation) }
            for worker in 0..<phase.inFlight {
                group.addTask {
                    if let arrivals, let policy = phase.retryPolicy {
                        await sendOnSchedule(phase, arrivals, policy, on: connection, recorder)
                    } else if let arrivals {
                        await sendOnSchedule(phase, arrivals, on: connection, recorder)
                    } else if operations > 0 {
                        await sendTogether(
                            phase, from: start, barriers[worker / phase.messagesPerOperation], on: connection, recorder)
                    } else {
                        await sendInTurn(phase, until: start &+ phase.duration, on: connection, recorder)
                    }
                }
            }
        }
        // The time after the last entry of a schedule is part of its rate.
        if arrivals != nil, !Task.isCancelled { recorder.lasted(until: start &+ phase.duration) }
        return recorder
    }

    /// Runs a slice of a closed load, as one of the connections that share a tally.
    /// - Parameters:
    ///   - start: from when on entries count, on ``MonotonicClock``; they are sent before that.
    ///   - recorder: that of the slice before it; nil for the first.
    ///   - isLate: whether it is of the second half of them.
    static func run<Connection: PacedConnection>(
        slice phase: LoadPhase, from start: UInt64, after recorder: LoadRecorder?, isLate: Bool, _ tally: LatencyTally,
        on connection: isolated Connection
    ) async -> LoadRecorder {
        let end = start &+ phase.duration
        let recorder = recorder ?? LoadRecorder(of: phase, start: start, tally: tally)
        if phase.isBare {
            recorder.replace(
                with: await BareLoop.run(
                    slice: phase, from: start, after: recorder.bareResult, isLate: isLate, on: connection))
            return recorder
        }
        recorder.beginSlice(at: start, isLate: isLate)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<phase.inFlight {
                group.addTask { await sendInTurn(phase, until: end, on: connection, recorder) }
            }
        }
        if let live = phase.live, let figures = recorder.takeFiguresOfSlices(at: MonotonicClock.now) {
            live.put(figures, connection: phase.share.index)
        }
        return recorder
    }

    /// Tells what the load has come to until it ends.
    private static func tell<Connection: PacedConnection>(
        _ live: LiveFigures, _ phase: LoadPhase, on connection: isolated Connection, _ recorder: LoadRecorder
    ) async {
        let end = recorder.start &+ phase.duration
        var next = recorder.start
        while next &+ LiveFigures.interval < end, !recorder.isStopped, !Task.isCancelled {
            next &+= LiveFigures.interval
            await connection.sleep(until: next)
            if let figures = recorder.soFar(at: MonotonicClock.now) {
                live.put(figures, connection: phase.share.index)
            }
        }
    }

    /// A worker of a closed load: the acknowledgement of an entry is the intended time of the next, so that one reading
    /// of the clock serves both.
    private static func sendInTurn<Connection: PacedConnection>(
        _ phase: LoadPhase, until end: UInt64, on connection: isolated Connection, _ recorder: LoadRecorder
    ) async {
        var now = MonotonicClock.now
        while now < end, !recorder.isStopped, !Task.isCancelled {
            now = await send(
                phase.entry(sequence: recorder.takeSequence(), intended: now), at: now, on: connection, recorder)
        }
    }

    /// A worker of an operation: it sends one entry of each, and then waits for the others'.
    ///
    /// Latency counts from the operation's start.
    private static func sendTogether<Connection: PacedConnection>(
        _ phase: LoadPhase, from start: UInt64, _ barrier: OperationBarrier, on connection: isolated Connection,
        _ recorder: LoadRecorder
    ) async {
        let end = start &+ phase.duration
        var operation = start
        repeat {
            _ = await send(
                phase.entry(sequence: recorder.takeSequence(), intended: operation), at: operation, on: connection,
                recorder)
            let next = await barrier.pass(until: end, on: connection)
            recorder.held((next ?? MonotonicClock.now) &- operation)
            guard let next else { break }
            operation = next
        } while !recorder.isStopped && !Task.isCancelled
        barrier.leave()
    }

    /// Inlined, because each return to a function that is isolated to the connection has the runtime compare executors.
    @inline(__always)
    static func send<Connection: PacedConnection>(
        _ entry: LogEntry, at sent: UInt64, on connection: isolated Connection, _ recorder: LoadRecorder
    ) async -> UInt64 {
        recorder.sending(at: sent)
        do {
            _ = try await connection.send(entry)
            let now = MonotonicClock.now
            recorder.acknowledged(sent: sent, now: now)
            return now
        } catch {
            let now = MonotonicClock.now
            recorder.failed(error, now: now)
            return now
        }
    }

    /// A worker of an open load: sends an entry when it is given one.
    private static func sendOnSchedule<Connection: PacedConnection>(
        _ phase: LoadPhase, _ arrivals: ArrivalDispatcher, on connection: isolated Connection, _ recorder: LoadRecorder
    ) async {
        var now = recorder.start
        while let arrival = await arrivals.next(at: now, on: connection) {
            let sent = MonotonicClock.now
            let entry = phase.entry(sequence: arrival.sequence, intended: arrival.intended)
            now = await send(entry, arrival, at: sent, on: connection, recorder)
        }
    }

    /// A worker of an open load that sends entries again which have failed: of a load of its own, so that others pay nothing for it.
    private static func sendOnSchedule<Connection: PacedConnection>(
        _ phase: LoadPhase, _ arrivals: ArrivalDispatcher, _ policy: RetryPolicy, on connection: isolated Connection,
        _ recorder: LoadRecorder
    ) async {
        var now = recorder.start
        while let arrival = await arrivals.next(at: now, on: connection) {
            let sent = MonotonicClock.now
            let entry = phase.entry(sequence: arrival.sequence, intended: arrival.intended)
            recorder.sending(at: sent)
            let outcome = await policy.send(entry, sequence: arrival.sequence, at: sent, on: connection)
            now = MonotonicClock.now
            recorder.sentAgain(outcome.retried)
            if let failure = outcome.failure {
                recorder.failed(failure, arrival, sent: sent, now: now)
            } else {
                recorder.acknowledged(arrival, sent: sent, now: now)
            }
        }
    }

    /// Sends an entry that is due; inlined as the other.
    @inline(__always)
    static func send<Connection: PacedConnection>(
        _ entry: LogEntry, _ arrival: Arrival, at sent: UInt64, on connection: isolated Connection,
        _ recorder: LoadRecorder
    ) async -> UInt64 {
        recorder.sending(at: sent)
        do {
            _ = try await connection.send(entry)
            let now = MonotonicClock.now
            recorder.acknowledged(arrival, sent: sent, now: now)
            return now
        } catch {
            let now = MonotonicClock.now
            recorder.failed(error, arrival, sent: sent, now: now)
            return now
        }
    }
}

extension LoadPhase {
    /// The entry with that sequence number; its texts share storage with the pool's.
    func entry(sequence: UInt64, intended: UInt64) -> LogEntry {
        let sentAt = Int64(truncatingIfNeeded: intended) &+ wallClockOffset
        return LogEntry(
            name: Suite.entryName, data: payloads[sequence],
            stamp: RunStamp(run: run, sequence: sequence, sentAt: sentAt))
    }
}
