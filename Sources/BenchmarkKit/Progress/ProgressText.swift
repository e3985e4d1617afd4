import Metrics
import BenchmarkResults
import LoggerService

/// The words of the progress line.
enum ProgressText {
    /// What runs now: `[3/20, 41 s left] grpc, 100 B, 64 in flight: 81000 msgs/s, p99 1210 us so far`.
    ///
    /// A narrow terminal cuts the line at its end, so that what is always wanted comes first.
    static func measuring(
        _ planned: PlannedCell, of count: Int, soFar: LiveFigures.SoFar? = nil, secondsLeft: Double
    ) -> String {
        let figures = soFar.map {
            ": \(DecimalText.format($0.messagesPerSecond, places: 0)) msgs/s, "
                + "p99 \(DecimalText.format($0.p99Us, places: 0)) us so far"
        }
        return "[\(planned.number)/\(count), \(timeLeft(secondsLeft)) left] \(planned.cell.name)\(figures ?? "")"
    }

    /// What came out: `[3/20, 41 s left] grpc, 100 B, 64 in flight: 81000 msgs/s, p99 1210 us`.
    static func measured(_ row: ResultRow, _ planned: PlannedCell, of count: Int, secondsLeft: Double) -> String {
        var result = row.throughput.map { "\(DecimalText.format($0, places: 0)) msgs/s" } ?? "no rate"
        if let p99 = row.ackLatency?.knownP99Us { result += ", p99 \(DecimalText.format(p99, places: 0)) us" }
        if !row.isValid { result = "INVALID: \(row.invalidReason)" }
        let left = planned.number < count ? ", \(timeLeft(secondsLeft)) left" : ""
        return "[\(planned.number)/\(count)\(left)] \(planned.cell.name): \(result)"
    }

    /// After how many rows that the audit does not trust it is said what to do.
    static let manyInvalid = 5

    /// What to do about the rows so far, of which so many are not valid.
    static func warning(_ invalid: [ResultRow], of count: Int) -> String {
        "\(invalid.count) of the first \(count) rows are not valid; \(InvalidRows(invalid).advice ?? "see below")"
    }

    /// `41 s`, `2 min 05 s`.
    static func timeLeft(_ seconds: Double) -> String {
        let whole = Int(max(0, seconds).rounded(.up))
        guard whole >= 60 else { return "\(whole) s" }
        let rest = whole % 60
        return "\(whole / 60) min \(rest < 10 ? "0" : "")\(rest) s"
    }
}
