import BenchmarkResults
import Broker
import LoggerService

/// The rates of a cell that are told by what its warm-up has carried.
struct OverloadRates: Sendable, Hashable {
    /// What was carried, in entries per second: those of the warm-up by the time until the logger had the last of them.
    ///
    /// What acknowledges before the logger has an entry so carries what the logger takes, and not what it can queue.
    var carried: Double
    /// The rate of what is measured.
    var offered: Double
    /// The rate of what comes behind it.
    var afterwards: Double

    /// - Parameters:
    ///   - times: how many times what was carried is offered.
    ///   - warm: what came of the warm-up.
    ///   - report: the logger's account of it; nil where it keeps none, so that nobody knows of more than acknowledgements.
    /// - Returns: nil where nothing was carried.
    init?(times: Double, _ warm: LoadResult, _ report: RunReport?) {
        guard warm.acked > 0, warm.elapsed > 0 else { return nil }
        var seconds = warm.elapsed
        if let last = report?.lastReceivedAtNs {
            let end = last &- LoadPhase.currentWallClockOffset()
            seconds = max(seconds, Double(end &- Int64(truncatingIfNeeded: warm.start)) / 1e9)
        }
        let carried = Double(warm.acked) / seconds
        func rate(_ times: Double) -> Double {
            min(max(carried * times, SuiteRules.ratePerSecond.lowerBound), SuiteRules.ratePerSecond.upperBound)
        }
        self.carried = carried
        (offered, afterwards) = (rate(times), rate(Overload.timesAfterwards))
    }
}

/// What a cell was offered by what its warm-up has carried, and how much of it the logger had at the end.
struct OverloadFigures: Sendable, Hashable {
    var rates: OverloadRates
    /// Entries recorded when the last one was answered; nil where nobody knows.
    var recorded: UInt64?

    /// The entries that are due at even intervals in that time, in seconds.
    func offered(in duration: Double) -> UInt64 { UInt64((rates.offered * duration).rounded(.up)) }
}
