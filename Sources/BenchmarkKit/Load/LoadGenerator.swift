import Broker

/// Sends the entries of a phase over one connection.
///
/// The workers are child tasks that prefer the connection's executor and run in functions isolated to the connection, so
/// that a send, its acknowledgement and its record all happen on the event loop that does the I/O.
enum LoadGenerator {
    /// The longest that a worker waits without looking whether the load is to end.
    private static let longestSleep: UInt64 = 50_000_000

    /// Runs a phase to its end, or until the task is cancelled or the connection fails.
    static func run<Connection: TransportConnection>(
        _ phase: LoadPhase, on connection: isolated Connection
    ) async -> LoadResult {
        let start = MonotonicClock.now
        let recorder = LoadRecorder(start: start, isOpen: phase.load.ratePerSecond != nil)
        let schedule = phase.load.ratePerSecond.map { LoadSchedule(start: start, ratePerSecond: $0) }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<phase.inFlight {
                group.addTask(executorPreference: connection.taskExecutor) {
                    if let schedule {
                        await sendOnSchedule(schedule, phase, on: connection, recorder)
                    } else {
                        await sendInTurn(phase, from: start, on: connection, recorder)
                    }
                }
            }
        }
        // The time after the last entry of a schedule is part of its rate.
        if schedule != nil, !Task.isCancelled { recorder.lasted(until: start &+ phase.duration) }
        return recorder.finish()
    }

    /// A worker of a closed load: the acknowledgement of an entry is the intended time of the next, so that one reading
    /// of the clock serves both.
    private static func sendInTurn<Connection: TransportConnection>(
        _ phase: LoadPhase, from start: UInt64, on connection: isolated Connection, _ recorder: LoadRecorder
    ) async {
        let end = start &+ phase.duration
        var now = MonotonicClock.now
        while now < end, !recorder.isStopped, !Task.isCancelled {
            let sent = now
            let entry = phase.entry(sequence: recorder.takeSequence(), intended: sent)
            recorder.sending()
            do {
                _ = try await connection.send(entry)
                now = MonotonicClock.now
                recorder.acknowledged(sent: sent, now: now)
            } catch {
                now = MonotonicClock.now
                recorder.failed(error, now: now)
            }
        }
    }

    /// A worker of an open load: takes the next entry of the schedule, waits until it is due and sends it.
    ///
    /// When all workers are waiting for acknowledgements the schedule slips, and the latency, which counts from the time
    /// an entry was due, says so.
    private static func sendOnSchedule<Connection: TransportConnection>(
        _ schedule: LoadSchedule, _ phase: LoadPhase, on connection: isolated Connection, _ recorder: LoadRecorder
    ) async {
        let end = schedule.start &+ phase.duration
        var now = MonotonicClock.now
        while now < end {
            // Taken before the wait, so that each worker waits for an entry of its own and wakes once for it.
            let sequence = recorder.takeSequence()
            let intended = schedule.intendedTime(of: sequence)
            guard intended < end else { return }
            while intended > now, !recorder.isStopped, !Task.isCancelled {
                await connection.sleep(until: min(intended, now &+ longestSleep))
                now = MonotonicClock.now
            }
            guard !recorder.isStopped, !Task.isCancelled else { return }
            let sent = now
            let entry = phase.entry(sequence: sequence, intended: intended)
            recorder.sending()
            do {
                _ = try await connection.send(entry)
                now = MonotonicClock.now
                recorder.acknowledged(intended: intended, sent: sent, now: now)
            } catch {
                now = MonotonicClock.now
                recorder.failed(error, now: now)
            }
        }
    }
}

extension LoadPhase {
    /// The entry with that sequence number; its texts share storage with the pool's.
    fileprivate func entry(sequence: UInt64, intended: UInt64) -> LogEntry {
        let sentAt = Int64(truncatingIfNeeded: intended) &+ wallClockOffset
        return LogEntry(
            name: PayloadPool.entryName, data: payloads[sequence],
            stamp: RunStamp(run: run, sequence: sequence, sentAt: sentAt))
    }
}
