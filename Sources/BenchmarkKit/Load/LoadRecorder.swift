import BenchmarkResults
import Broker
import Histogram

/// What the workers of a phase count and record.
///
/// Nothing here allocates, locks or reads a clock per entry.
final class LoadRecorder: @unchecked Sendable {
    // Unchecked: it is touched only by functions that are isolated to the one connection it was made for, and it is
    // handed to workers that are.

    /// Refusals are answers, so the load goes on after one; but a logger that refuses everything need not be asked for
    /// the whole duration.
    static let mostRejections: UInt64 = 1000

    /// The most entries whose times are kept: 240 MB.
    static let mostSamples = 10_000_000

    /// When the phase started, on ``MonotonicClock``.
    let start: UInt64
    private let share: ConnectionShare
    /// From when on entries count that are sent, and answers that come.
    private var beginning: UInt64
    private var half: UInt64
    private var end: UInt64
    private let duration: UInt64
    private let keepsSamples: Bool
    private let keepsFates: Bool
    private let stopsAtFailure: Bool
    private let timeline: TimelineRecorder?
    private var schedule: LoadSchedule?
    private var nextNumber: UInt64 = 0
    private var lastStarved: UInt64 = 0
    private var slices: UInt64 = 0
    /// When it was last told what slices have come to.
    private var told: UInt64
    /// Whether no further entry is to be sent, because the connection failed.
    private(set) var isStopped = false
    private var result: LoadResult
    private let tally: LatencyTally
    /// Whether it tells of what the connections that share the tally have come to: one of them does.
    let tellsOfTally: Bool

    /// - Parameter tally: that of the connection's event loop; nil for one of its own.
    init(start: UInt64, phase: LoadPhase, schedule: LoadSchedule?, tally: LatencyTally? = nil) {
        self.start = start
        self.schedule = schedule
        share = phase.share
        beginning = start
        half = start &+ phase.duration / 2
        end = start &+ phase.duration
        (duration, told) = (phase.duration, start)
        (keepsSamples, keepsFates) = (phase.keepsSamples, phase.keepsFates)
        stopsAtFailure = phase.stopsAtFailure
        timeline = phase.binWidth.map { TimelineRecorder(start: start, width: $0, duration: phase.duration) }
        result = LoadResult(start: start, isOpen: false)
        self.tally = tally ?? LatencyTally(isOpen: schedule != nil)
        tellsOfTally = self.tally.takeOwnership()
        if keepsFates { result.fates.reserveCapacity(SuiteRules.mostFates / phase.share.count) }
        if keepsSamples { result.samples.reserveCapacity(Self.mostSamples / phase.share.count) }
    }

    /// A recorder of a phase as one connection sees it.
    convenience init(of phase: LoadPhase, start: UInt64, tally: LatencyTally? = nil) {
        let schedule = LoadSchedule(start: start, load: phase.load, share: phase.share, seed: phase.seed)
        self.init(start: start, phase: phase, schedule: schedule, tally: tally)
    }

    /// Goes on with another slice, in which entries count from `time` on; late ones are of the second half.
    func beginSlice(at time: UInt64, isLate: Bool) {
        (beginning, end) = (time, time &+ duration)
        half = isLate ? beginning : end
        slices &+= 1
    }

    /// A sequence number that no other entry of the phase has.
    func takeSequence() -> UInt64 {
        defer { nextNumber &+= 1 }
        return share.sequence(of: nextNumber)
    }

    /// When the next entry of an open load is due; nil for a closed load.
    func takeDueTime() -> UInt64? {
        schedule?.next()
    }

    /// Moves the schedule, so that an entry that was due at `due` is due an interval after `time`, if that is later.
    /// - Returns: By how much, in nanoseconds.
    func postpone(_ due: UInt64, after time: UInt64) -> UInt64 {
        schedule?.postpone(due, after: time) ?? 0
    }

    /// An entry that was due has come from its source at `time` only.
    func starved(since due: UInt64, until time: UInt64) {
        // Several may have waited at once.
        let from = max(due, lastStarved)
        guard time > from else { return }
        result.starved &+= time &- from
        lastStarved = time
    }

    /// The generator has kept a core busy for so many nanoseconds until an entry was due.
    func spun(_ nanoseconds: UInt64) {
        result.spun &+= nanoseconds
    }

    /// A sender was at work on an entry of an operation, or waited for the others', for so many nanoseconds.
    func held(_ nanoseconds: UInt64) {
        result.operationTime &+= nanoseconds
    }

    /// An entry is handed to the transport.
    func sending(at time: UInt64) {
        result.sent &+= 1
        timeline?.sending(at: time)
    }

    /// An entry was handed to the transport so many times more.
    func sentAgain(_ times: UInt64) {
        result.retried &+= times
    }

    /// An entry of a closed load was acknowledged.
    func acknowledged(sent: UInt64, now: UInt64) {
        count(after: now &- sent, now: now)
        if keepsSamples, sent >= beginning { keep(LoadSample(intended: sent, sent: sent, acked: now)) }
    }

    /// An entry of an open load was acknowledged.
    func acknowledged(_ arrival: Arrival, sent: UInt64, now: UInt64) {
        let intended = arrival.intended
        count(after: now &- intended, now: now)
        tally.record(arrival, sent: sent, now: now)
        if keepsFates { keep(.acknowledged, of: arrival, sent: sent, now: now) }
        if keepsSamples { keep(LoadSample(intended: intended, sent: sent, acked: now)) }
    }

    private func count(after time: UInt64, now: UInt64) {
        let latency = min(time, HistogramLog.highestLatency)
        if now &- time >= beginning { tally.record(latency) }
        timeline?.acknowledged(after: latency, at: now)
        result.acked &+= 1
        result.end = now
        guard now >= beginning else { return }
        if now < half {
            result.ackedInFirstHalf &+= 1
        } else if now < end {
            result.ackedInSecondHalf &+= 1
        }
    }

    private func keep(_ sample: LoadSample) {
        guard result.samples.count < result.samples.capacity else { return }
        result.samples.append(sample)
    }

    private func keep(_ outcome: EntryFate.Outcome, of arrival: Arrival, sent: UInt64, now: UInt64) {
        result.fates.append(EntryFate(sequence: arrival.sequence, sent: sent, ended: now, outcome: outcome))
    }

    /// An entry of an open load was not acknowledged.
    func failed(_ error: TransportError, _ arrival: Arrival, sent: UInt64, now: UInt64) {
        failed(error, now: now)
        if keepsFates { keep(EntryFate.Outcome(error.fate), of: arrival, sent: sent, now: now) }
    }

    /// An entry was not acknowledged.
    func failed(_ error: TransportError, now: UInt64) {
        result.end = now
        result.count(error)
        timeline?.failed(error.fate, at: now)
        guard stopsAtFailure else { return }
        isStopped = error.fate != .rejected || result.rejected >= Self.mostRejections || isStopped
    }

    /// The load went on until then, though its last entry was acknowledged before.
    func lasted(until end: UInt64) {
        guard !isStopped else { return }
        result.end = max(result.end, end)
    }

    /// What was recorded until now by all that share the tally; nil before anything was.
    func soFar(at now: UInt64) -> LiveFigures.SoFar? {
        now > start ? soFar(in: now &- start) : nil
    }

    /// What was recorded in all slices until now, where it is this recorder that tells of it, and for some time has not.
    func takeFiguresOfSlices(at now: UInt64) -> LiveFigures.SoFar? {
        guard tellsOfTally, now &- told >= LiveFigures.interval else { return nil }
        told = now
        return soFar(in: slices &* duration)
    }

    private func soFar(in nanoseconds: UInt64) -> LiveFigures.SoFar? {
        guard tally.latency.totalCount > 0 else { return nil }
        return LiveFigures.SoFar(
            messagesPerSecond: Double(tally.latency.totalCount) * 1e9 / Double(nanoseconds),
            p99Us: Double(tally.latency.valueAtPercentile(99)) / 1000)
    }

    /// Takes over what came of a load that had no use for this recorder.
    func replace(with other: LoadResult) {
        result = other
        isStopped = other.errors > 0
    }

    /// What it has taken over so far.
    var bareResult: LoadResult { result }

    /// What was recorded, when no worker is left on any connection that shares the tally: the one that tells of it has the
    /// latencies of all.
    func finish() -> LoadResult {
        result.timeline = timeline?.finish(at: result.end)
        if tellsOfTally { tally.fill(&result) }
        return result
    }
}
