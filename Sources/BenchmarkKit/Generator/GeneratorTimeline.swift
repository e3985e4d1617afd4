import Metrics
import BenchmarkResults
import LoggerService

/// What came of a phase over time, as a load generator says it: a list for each figure, with a number for each bin.
///
/// The first bin begins with the phase, and the last one ends with it. There are at most ``SuiteRules/mostBins``, which bounds the
/// line that this is part of to some 3 MB. Times are nanoseconds.
struct GeneratorTimeline: Sendable, Hashable, Codable {
    /// How wide a bin is.
    var widthNs: UInt64
    /// Entries handed to the transport.
    var sent: [UInt64] = []
    /// Entries acknowledged.
    var acked: [UInt64] = []
    /// Entries that were certainly not sent.
    var notSent: [UInt64] = []
    /// Entries of which nothing is known.
    var unknown: [UInt64] = []
    /// Entries that the logger did not take.
    var rejected: [UInt64] = []
    /// The median of the latencies of those acknowledged; nil of too few.
    var p50Ns: [UInt64?] = []
    /// The 99th percentile of the same.
    var p99Ns: [UInt64?] = []
    /// The longest of them; nil of none.
    var maxNs: [UInt64?] = []
    /// Stretches that began in the bin in which nothing was acknowledged though an entry waited for it.
    var pauses: [UInt64] = []
    /// The longest of those; 0 of none.
    var longestPauseNs: [UInt64] = []

    private enum CodingKeys: String, CodingKey {
        case sent, acked, unknown, rejected, pauses
        case widthNs = "width_ns"
        case notSent = "not_sent"
        case p50Ns = "p50_ns"
        case p99Ns = "p99_ns"
        case maxNs = "max_ns"
        case longestPauseNs = "longest_pause_ns"
    }

    init(_ timeline: LoadTimeline) {
        widthNs = timeline.width
        for bin in timeline.bins {
            sent.append(bin.sent)
            acked.append(bin.acked)
            notSent.append(bin.notSent)
            unknown.append(bin.unknown)
            rejected.append(bin.rejected)
            let values = bin.latencies.values(at: [50, 99, 100])
            let highest = LatencySummary.highestPercentile(of: bin.acked)
            p50Ns.append(highest >= 50 ? values[0] : nil)
            p99Ns.append(highest >= 99 ? values[1] : nil)
            maxNs.append(bin.acked > 0 ? values[2] : nil)
        }
        for pause in timeline.pausesByBin {
            pauses.append(pause.count)
            longestPauseNs.append(pause.longest)
        }
    }

    /// Why it cannot be what came of a phase with these counts; nil where it can.
    func fault(of result: GeneratorResult, width: UInt64) -> String? {
        guard widthNs == width else { return "has bins of \(widthNs) ns" }
        let lengths = [
            sent.count, acked.count, notSent.count, unknown.count, rejected.count, p50Ns.count, p99Ns.count,
            maxNs.count,
            pauses.count, longestPauseNs.count,
        ]
        guard Set(lengths).count == 1, sent.count <= SuiteRules.mostBins else {
            return "has not the same number of bins for each figure, or more than \(SuiteRules.mostBins)"
        }
        let figures = [
            ("sent", sent, result.sent), ("acked", acked, result.acked), ("not_sent", notSent, result.notSent),
            ("unknown", unknown, result.unknown), ("rejected", rejected, result.rejected),
        ]
        for (name, bins, whole) in figures {
            let sum = bins.reduce(UInt64(0)) { $0 &+ min($1, 1 << 40) }
            if sum != whole { return "has \(sum) entries in \(name), and the result has \(whole)" }
        }
        return UInt64(max(0, sent.count - 1)) * width > result.elapsedNs ? "has bins that begin behind its end" : nil
    }
}
