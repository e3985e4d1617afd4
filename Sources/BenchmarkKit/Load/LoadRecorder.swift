import Broker
import Histogram

/// What the workers of a phase count and record.
///
/// Nothing here allocates, locks or reads a clock per entry.
final class LoadRecorder: @unchecked Sendable {
    // Unchecked: it is touched only by functions that are isolated to the one connection it was made for, and it is
    // handed to workers that are.

    /// The longest latency that is told apart; longer ones are recorded as this, and the row is invalid by then anyway.
    static let highestLatency: UInt64 = 60_000_000_000
    /// Refusals are answers, so the load goes on after one; but a logger that refuses everything need not be asked for
    /// the whole duration.
    static let mostRejections: UInt64 = 1000

    private var nextSequence: UInt64 = 0
    /// Whether no further entry is to be sent, because the connection failed.
    private(set) var isStopped = false
    private var result: LoadResult

    init(start: UInt64, isOpen: Bool) {
        result = LoadResult(start: start, isOpen: isOpen)
    }

    /// A sequence number that no other entry of the phase has.
    func takeSequence() -> UInt64 {
        defer { nextSequence &+= 1 }
        return nextSequence
    }

    /// An entry is handed to the transport.
    func sending() {
        result.sent &+= 1
    }

    /// An entry of a closed load was acknowledged.
    func acknowledged(sent: UInt64, now: UInt64) {
        result.acked &+= 1
        result.end = now
        result.latency.record(min(now &- sent, Self.highestLatency))
    }

    /// An entry of an open load was acknowledged.
    func acknowledged(intended: UInt64, sent: UInt64, now: UInt64) {
        acknowledged(sent: intended, now: now)
        result.uncorrectedLatency?.record(min(now &- sent, Self.highestLatency))
        result.scheduleSlip?.record(min(sent &- intended, Self.highestLatency))
    }

    /// An entry was not acknowledged.
    func failed(_ error: TransportError, now: UInt64) {
        result.end = now
        if result.firstError == nil { result.firstError = error.message }
        switch error.fate {
        case .notSent: result.notSent &+= 1
        case .unknown: result.unknown &+= 1
        case .rejected: result.rejected &+= 1
        }
        isStopped = error.fate != .rejected || result.rejected >= Self.mostRejections || isStopped
    }

    /// The load went on until then, though its last entry was acknowledged before.
    func lasted(until end: UInt64) {
        guard !isStopped else { return }
        result.end = max(result.end, end)
    }

    /// What was recorded, when no worker is left.
    func finish() -> LoadResult {
        result
    }
}

/// What came of a phase.
struct LoadResult: Sendable {
    /// When the first entry was due, on ``MonotonicClock``.
    var start: UInt64
    /// When the last fate was known, on ``MonotonicClock``; for an open load, when its schedule ended if that is later.
    var end: UInt64
    /// Entries handed to the transport.
    var sent: UInt64 = 0
    /// Entries acknowledged.
    var acked: UInt64 = 0
    /// Entries that were certainly not sent.
    var notSent: UInt64 = 0
    /// Entries of which nothing is known.
    var unknown: UInt64 = 0
    /// Entries that the logger did not take.
    var rejected: UInt64 = 0
    /// What the transport said of the first entry that failed.
    var firstError: String?
    /// From the intended send time to the acknowledgement, in nanoseconds.
    var latency = LoadResult.emptyHistogram()
    /// From the actual send time to the acknowledgement, in nanoseconds; open load only.
    var uncorrectedLatency: Histogram<UInt32>?
    /// From the intended to the actual send time, in nanoseconds; open load only.
    var scheduleSlip: Histogram<UInt32>?

    init(start: UInt64, isOpen: Bool) {
        self.start = start
        end = start
        if isOpen {
            uncorrectedLatency = Self.emptyHistogram()
            scheduleSlip = Self.emptyHistogram()
        }
    }

    /// Entries that were not acknowledged, whatever their fate.
    var errors: UInt64 { notSent + unknown + rejected }

    /// From ``start`` to ``end``, in seconds.
    var elapsed: Double { Double(end &- start) / 1e9 }

    private static func emptyHistogram() -> Histogram<UInt32> {
        Histogram(highestTrackableValue: LoadRecorder.highestLatency, numberOfSignificantValueDigits: .three)
    }
}
