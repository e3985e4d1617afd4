import BenchmarkResults
import Broker
import Histogram

/// What came of a phase.
struct LoadResult: Sendable {
    /// When the first entry was due, on ``MonotonicClock``.
    var start: UInt64
    /// When the last fate was known, on ``MonotonicClock``; for an open load, when its schedule ended if that is later.
    var end: UInt64
    /// Entries handed to the transport.
    var sent: UInt64 = 0
    /// How many times entries were handed to it again that had failed.
    var retried: UInt64 = 0
    /// Entries acknowledged.
    var acked: UInt64 = 0
    /// Entries acknowledged in the first half of the phase's duration.
    var ackedInFirstHalf: UInt64 = 0
    /// Entries acknowledged in the second half of the phase's duration.
    var ackedInSecondHalf: UInt64 = 0
    /// Whether others had their turns between ``start`` and ``end``.
    var isInSlices = false
    /// Entries that were certainly not sent.
    var notSent: UInt64 = 0
    /// Entries of which nothing is known.
    var unknown: UInt64 = 0
    /// Entries that the logger did not take.
    var rejected: UInt64 = 0
    /// The CPU time of waits that kept the core busy, in nanoseconds; open load only.
    var spun: UInt64 = 0
    /// How long senders of operations were at work on an entry, or waited for the others', in nanoseconds; 0 where each
    /// sender goes on by itself.
    var operationTime: UInt64 = 0
    /// How long an entry of an open load that was due had not come from its source, in nanoseconds.
    var starved: UInt64 = 0
    /// What the transport said of the first entry that failed.
    var firstError: String? { firstFailure?.message }
    /// The error of that entry.
    var firstFailure: TransportError?
    /// From the intended send time to the acknowledgement, in nanoseconds.
    var latency: Histogram<UInt32> {
        get { recordedLatency ?? Self.emptyHistogram() }
        set { recordedLatency = newValue }
    }
    /// Nil before any was recorded: of thousands of connections, few have histograms of their own.
    private var recordedLatency: Histogram<UInt32>?
    /// From the actual send time to the acknowledgement, in nanoseconds; open load only.
    var uncorrectedLatency: Histogram<UInt32>?
    /// From the intended to the actual send time, in nanoseconds; open load only.
    var scheduleSlip: Histogram<UInt32>?
    /// The same, of the entries that a sender was free for: what the load generator itself is late by.
    var arrivalError: Histogram<UInt32>?
    /// The same over time, where it was asked for.
    var timeline: LoadTimeline?
    /// Every entry's times, where they were asked for.
    var samples: [LoadSample] = []
    /// What became of every entry, where that was asked for.
    var fates: [EntryFate] = []
    /// When something was made to go wrong; nil where nothing was.
    var fault: FaultEvent?
    /// What was offered by what the warm-up has carried; nil where no rate was told by that.
    var overload: OverloadFigures?
    /// What came of the stretch behind it; nil where there was none.
    var afterwards: Afterwards?
    /// The bytes on the sockets to the peer meanwhile; nil where nobody counted them.
    var wire: WireBytes?
    /// From the beginning of a dial until the connection took an entry, in nanoseconds; of cold connections only.
    var connect: Histogram<UInt32>?
    /// The bytes until then, of all of them; nil where nobody counted them.
    var handshake: WireBytes?
    /// How many connections were dialed meanwhile; nil of connections that stay.
    var dialed: UInt64?
    /// What the connections have agreed upon in their TLS handshakes; nil in cleartext.
    var tls: TLSSession?

    init(start: UInt64, isOpen: Bool) {
        self.start = start
        end = start
        if isOpen {
            uncorrectedLatency = Self.emptyHistogram()
            scheduleSlip = Self.emptyHistogram()
            arrivalError = Self.emptyHistogram()
        }
    }

    /// Entries that were not acknowledged, whatever their fate.
    var errors: UInt64 { notSent + unknown + rejected }

    /// An entry was not acknowledged.
    mutating func count(_ error: TransportError) {
        if firstFailure == nil { firstFailure = error }
        switch error.fate {
        case .notSent: notSent &+= 1
        case .unknown: unknown &+= 1
        case .rejected: rejected &+= 1
        }
    }

    /// From ``start`` to ``end``, in seconds.
    var elapsed: Double { Double(end &- start) / 1e9 }

    /// Entries acknowledged a second; nil where there was no time.
    ///
    /// Of a closed load those within its time: while the last answers come, fewer and fewer entries are in flight, for as long as
    /// the slowest takes; where a packet was lost that is a quarter of a second, of which a short load's rate would tell more than
    /// of what is carried.
    /// - Parameters:
    ///   - load: what the entries were sent by.
    ///   - duration: for how long, in seconds.
    func throughput(of load: LoadModel, lasting duration: Double) -> Double? {
        let ackedInTime = ackedInFirstHalf + ackedInSecondHalf
        // How long one lasted that ended before its time, its start and end do not say.
        guard !isInSlices else { return errors == 0 && ackedInTime > 0 ? Double(ackedInTime) / duration : nil }
        guard load == .closed, ackedInTime > 0 else { return elapsed > 0 ? Double(acked) / elapsed : nil }
        // It ends before its time where an entry has failed.
        let seconds = min(elapsed, duration)
        return seconds > 0 ? Double(ackedInTime) / seconds : nil
    }

    /// What came of several connections together.
    static func merging(_ results: [LoadResult]) -> LoadResult? {
        guard var sum = results.first else { return nil }
        for other in results.dropFirst() { sum.add(other) }
        return sum
    }

    private mutating func add(_ other: LoadResult) {
        start = min(start, other.start)
        end = max(end, other.end)
        sent += other.sent
        retried += other.retried
        acked += other.acked
        ackedInFirstHalf += other.ackedInFirstHalf
        ackedInSecondHalf += other.ackedInSecondHalf
        notSent += other.notSent
        unknown += other.unknown
        rejected += other.rejected
        spun += other.spun
        operationTime += other.operationTime
        starved = max(starved, other.starved)
        firstFailure = firstFailure ?? other.firstFailure
        Self.add(other.recordedLatency, to: &recordedLatency)
        Self.add(other.uncorrectedLatency, to: &uncorrectedLatency)
        Self.add(other.scheduleSlip, to: &scheduleSlip)
        Self.add(other.arrivalError, to: &arrivalError)
        if let more = other.timeline { timeline?.add(more) }
        samples += other.samples
        fates += other.fates
    }

    private static func add(_ more: Histogram<UInt32>?, to sum: inout Histogram<UInt32>?) {
        guard let more else { return }
        if sum == nil { sum = more } else { sum?.add(more) }
    }

    /// A histogram of no latency.
    static func emptyHistogram() -> Histogram<UInt32> {
        Histogram(highestTrackableValue: HistogramLog.highestLatency, numberOfSignificantValueDigits: .three)
    }
}

/// The times of one acknowledged entry, in nanoseconds of ``MonotonicClock``.
struct LoadSample: Sendable, Hashable {
    /// When it was due.
    var intended: UInt64
    /// When it was handed to the transport.
    var sent: UInt64
    /// When it was acknowledged.
    var acked: UInt64
}

extension Histogram {
    /// Adds the counts of a histogram of the same shape.
    mutating func add(_ other: Histogram) {
        for bucket in other.recordedValues() {
            record(bucket.value, count: bucket.count)
        }
    }
}
