import BenchmarkResults
import Broker

/// Puts what workers record into the bins of a timeline.
///
/// An entry costs a comparison and a few counts; only where a bin ends is something allocated. The clock is the one that was
/// read for the entry's latency.
final class TimelineRecorder: @unchecked Sendable {
    // Unchecked: it is touched only by functions that are isolated to the one connection it was made for.

    private let start: UInt64
    private let width: UInt64
    private let shortestPause = LoadTimeline.shortestPause
    /// When the current bin ends.
    private var border: UInt64
    private var bin = LoadTimeline.Bin()
    private var latencies = LatencyCounts()
    private var bins: [LoadTimeline.Bin] = []
    /// Each is as long as ``LoadTimeline/shortestPause`` at least, which bounds their number.
    private var pauses: [LoadTimeline.Pause] = []
    private var lastAcknowledged: UInt64

    /// - Parameters:
    ///   - start: when the first bin starts, on `MonotonicClock`.
    ///   - width: how wide a bin is, in nanoseconds.
    ///   - duration: for how long entries are sent; what is awaited after that may need more bins.
    init(start: UInt64, width: UInt64, duration: UInt64) {
        (self.start, self.width) = (start, width)
        border = start &+ width
        lastAcknowledged = start
        bins.reserveCapacity(min(SuiteRules.mostBins, Int(duration / width) + 64))
    }

    /// An entry is handed to the transport.
    @inline(__always)
    func sending(at time: UInt64) {
        if time >= border { proceed(to: time) }
        bin.sent &+= 1
    }

    /// An entry was acknowledged, so many nanoseconds after it was due.
    @inline(__always)
    func acknowledged(after latency: UInt64, at time: UInt64) {
        if time >= border { proceed(to: time) }
        bin.acked &+= 1
        latencies.add(latency)
        if latency >= shortestPause { notePause(until: time, waited: latency) }
        lastAcknowledged = time
    }

    /// An entry was not acknowledged.
    func failed(_ fate: TransportError.Fate, at time: UInt64) {
        if time >= border { proceed(to: time) }
        switch fate {
        case .notSent: bin.notSent &+= 1
        case .unknown: bin.unknown &+= 1
        case .rejected: bin.rejected &+= 1
        }
    }

    /// The bins and the pauses until then, which is the end.
    func finish(at end: UInt64) -> LoadTimeline {
        if end > border { proceed(to: end - 1) }
        let hasTime = border == .max || border - width < end
        if hasTime || bin != LoadTimeline.Bin() { keepBin() }
        return LoadTimeline(start: start, width: width, bins: bins, pauses: pauses)
    }

    /// What was acknowledged now had waited for so long; while it did, nothing else may have been.
    private func notePause(until time: UInt64, waited: UInt64) {
        let start = max(lastAcknowledged, time &- min(waited, time))
        guard time >= start &+ shortestPause else { return }
        pauses.append(LoadTimeline.Pause(start: start, end: time))
    }

    /// Ends bins until one is under way that `time` lies in; the last one there may be has no end.
    private func proceed(to time: UInt64) {
        while time >= border {
            guard bins.count < SuiteRules.mostBins - 1 else {
                border = .max
                return
            }
            keepBin()
            border &+= width
        }
    }

    private func keepBin() {
        if bin.acked > 0 { bin.latencies = latencies.take() }
        bins.append(bin)
        bin = LoadTimeline.Bin()
    }
}
