import BenchmarkResults
import Broker
import Metrics

/// What the lab asks of itself for each row: whether the figures can be what they claim to be.
///
/// A row that fails is not valid, says which rule it broke, stays in the results, and is never ranked.
struct Audit: Sendable {
    /// How far throughput times mean latency may be from the entries in flight, beside what start and end explain.
    static let littleTolerance = 0.05
    /// How late the generator's own timers may be at the 99th percentile, in microseconds.
    static let arrivalErrorLimitUs = 2000.0
    /// From here on the transport's own work fills the generator's core, in percent: that entries are late is then what the rate
    /// does to the transport, not to the lab.
    static let fullCorePercent = 90.0
    /// How much of the cores' time processes that take no part may have used, in percent.
    static let foreignLimitPercent = 25.0
    /// How much of the time in which it wanted a core the generator may have had none, in percent, while others had one;
    /// that it waits for the logger on a shared core is part of what is measured.
    static let waitLimitPercent = 50.0
    /// What others must have used for a wait to be theirs, in percent of the cores' time.
    static let foreignTracePercent = 10.0
    /// How much of the cores' time the hypervisor may have given to others, in percent.
    static let stealLimitPercent = 15.0
    /// How far the wall clock may have been set while a cell was measured, in microseconds.
    static let clockStepLimitUs = 1000.0
    /// How late a link may hand packets on at the 99th percentile, in microseconds, or as a part of its round trip, whichever is
    /// more.
    static let linkLatenessLimit = (us: 1000.0, ofRoundTrip: 0.05)
    /// How much faster one half of the measured time may be than the other, beside what a pause explains.
    static let stationarityLimit = 1.5
    /// How long the machine may pause in one half, in seconds.
    ///
    /// A hypervisor takes a core for as long at times: a large part of a short cell's half, little of a long one's.
    static let pause = 0.1
    /// How much of the work that entries are to be to the logger it must have been busy with.
    static let leastWork = 0.95
    /// Halves with fewer entries than this say nothing.
    static let fewestInHalf: UInt64 = 200

    /// The rules that a row breaks, in words.
    /// - Parameter halfSeconds: how long each of the halves took.
    func findings(
        _ row: ResultRow, meanLatencyShare: Double?, halves: (UInt64, UInt64)?, halfSeconds: Double
    ) -> [InvalidReason] {
        var findings: [String] = []
        if let ratio = row.littleRatio, let share = meanLatencyShare, let acked = row.acked, acked >= 100 {
            // At the start nothing is answered for about a latency, and of a long one the rest may lie behind the end.
            let tolerance = Self.littleTolerance + 2 * share
            if abs(ratio - 1) > tolerance {
                findings.append(
                    "Little's law: throughput x latency is \(Self.text(ratio)) of the entries in flight")
            }
        }
        findings += sliceFindings(row)
        if let error = row.arrivalErrorP99Us, error > Self.arrivalErrorLimitUs,
            row.generatorCPUPercent ?? 0 < Self.fullCorePercent, !row.isOverloaded
        {
            findings.append("the load generator was \(Self.text(error)) us late at p99")
        }
        if let foreign = row.foreignCPUPercent, foreign > Self.foreignLimitPercent {
            findings.append("other processes used \(Self.text(foreign))% of the cores' time\(Self.culprit(row))")
        } else if let wait = row.generatorWaitPercent, let foreign = row.foreignCPUPercent,
            wait > Self.waitLimitPercent, foreign > Self.foreignTracePercent
        {
            findings.append(
                "the load generator had no core for \(Self.text(wait))% of the time it wanted one\(Self.culprit(row))")
        }
        if let steal = row.cpuStealPercent, steal > Self.stealLimitPercent {
            findings.append("the hypervisor took \(Self.text(steal))% of the cores' time")
        }
        if let step = row.clockStepUs, abs(step) > Self.clockStepLimitUs {
            findings.append("the wall clock was set by \(Self.text(step)) us")
        }
        if let ratio = row.stationarityRatio, let halves, min(halves.0, halves.1) >= Self.fewestInHalf,
            max(ratio, 1 / ratio) > Self.stationarityLimit(halfSeconds: halfSeconds)
        {
            findings.append("not stationary: the second half carried \(Self.text(ratio)) of the first")
        }
        let work = Double(row.planned.cell.loggerWork.microseconds)
        if work > 0, let used = row.loggerCPUUsPerMessage, used < work * Self.leastWork {
            findings.append(
                "the logger was to work \(Self.text(work)) us on each entry, and used \(Self.text(used)) us of CPU time"
            )
        }
        return (findings + linkFindings(row)).map { .audit($0) }
    }

    /// That the slices were too narrow for the entries.
    private func sliceFindings(_ row: ResultRow) -> [String] {
        guard let width = row.sliceMs, row.acked ?? 0 > 0, row.planned.cell.role != .bareLoop else { return [] }
        guard let mean = row.ackLatency.map({ $0.meanUs / 1000 }) else {
            return ["no entry was sent and answered within a slice of \(Self.text(width)) ms: take a longer slice_ms"]
        }
        guard mean > SuiteRules.mostOfSlice * width else { return [] }
        return [
            "an entry took \(Self.text(mean)) ms in the mean, too much of a slice of \(Self.text(width)) ms: take slice_ms of at "
                + "least \(Int((mean / SuiteRules.mostOfSlice).rounded(.up)))"
        ]
    }

    /// What a link did that it was not asked for.
    private func linkFindings(_ row: ResultRow) -> [String] {
        guard let link = row.planned.cell.network.link else { return [] }
        var findings: [String] = []
        let limit = max(Self.linkLatenessLimit.us, Self.linkLatenessLimit.ofRoundTrip * link.rttMs * 1000)
        if let lateness = row.linkLatenessP99Us, lateness > limit {
            findings.append("the link was \(Self.text(lateness)) us late at p99")
        }
        if let drops = row.linkDeviceDrops, drops > 0 {
            findings.append("the devices of the link had no room for \(drops) packets")
        }
        return findings
    }

    /// How much faster one half may be than the other when each takes that long; infinite where a pause explains all.
    static func stationarityLimit(halfSeconds: Double) -> Double {
        guard halfSeconds > pause else { return .infinity }
        return stationarityLimit * halfSeconds / (halfSeconds - pause)
    }

    /// Who used the cores, without the semicolons by which reasons are separated.
    private static func culprit(_ row: ResultRow) -> String {
        row.busiestForeign.map { "\(InvalidRows.culprit)\($0.split(separator: ";").joined(separator: ","))" } ?? ""
    }

    private static func text(_ value: Double) -> String { DecimalText.short(value) }
}
