import Metrics

/// What became of one limit in one cell.
package struct ThresholdResult: Sendable {
    /// How it ended.
    package enum Verdict: String, Sendable, Hashable {
        case pass
        case fail
        case notEvaluated = "not evaluated"
    }

    /// The cell.
    package var cell: Cell
    /// What is bounded.
    package var figure: Threshold.Figure
    /// The transport by whose figure the cell's is divided; nil for the figure itself.
    package var relativeTo: String?
    /// The least or the most that is allowed.
    package var limit: Double
    /// The median of the valid rows; nil where there is none.
    package var value: Double?
    /// How it ended.
    package var verdict: Verdict
    /// Why it was not evaluated.
    package var reason: String?
    /// Whether the suite says nothing of it.
    package var isImplied: Bool

    /// `grpc, 100 B, 64 in flight: 61,200 msgs/s, at least 50,000 asked for`.
    package var text: String {
        let bound = "\(figure.isLeast ? "at least" : "at most") \(amount(limit, isLimit: true))"
        let found = value.map { "\(amount($0, isLimit: false)), " } ?? ""
        return "\(cell.name): \(found)\(bound) asked for\(reason.map { "; \($0)" } ?? "")"
    }

    /// As an object of JSON.
    var json: String {
        let fields: [(String, String)] = [
            ("figure", JSONText.quoted(figure.rawValue)), ("relative_to", relativeTo.map(JSONText.quoted) ?? "null"),
            ("limit", DecimalText.format(limit, places: 4)),
            ("value", value.map { DecimalText.format($0, places: 4) } ?? "null"),
            ("verdict", JSONText.quoted(verdict.rawValue)), ("reason", reason.map(JSONText.quoted) ?? "null"),
        ]
        return "{\(fields.map { "\(JSONText.quoted($0.0)):\($0.1)" }.joined(separator: ","))}"
    }

    private func amount(_ value: Double, isLimit: Bool) -> String {
        if let relativeTo {
            let times = "\(NumberText.significant(value)) times"
            return isLimit ? times : "\(figure.what) \(times) that of \(relativeTo)"
        }
        return switch figure {
        case .throughput: NumberText.grouped(value) + (isLimit ? "" : " msgs/s")
        case .rateKept: "\(NumberText.significant(100 * value))%" + (isLimit ? "" : " of the rate")
        case .ackP50, .ackP99, .ackP999, .cpu:
            (isLimit ? "" : "\(figure.what) ") + NumberText.duration(microseconds: value)
        }
    }
}

extension Threshold.Figure {
    /// What it is called in sentences.
    var what: String {
        switch self {
        case .throughput: "msgs/s"
        case .ackP50: "p50"
        case .ackP99: "p99"
        case .ackP999: "p99.9"
        case .cpu: "CPU a message"
        case .rateKept: "the part of the rate kept"
        }
    }

    /// The figure of a row; nil where it was not measured, or is of too few entries to mean something.
    func value(of row: ResultRow) -> Double? {
        switch self {
        case .throughput: row.throughput
        case .ackP50: row.ackLatency?.knownP50Us
        case .ackP99: Self.ackP99.fewestEntries <= (row.acked ?? 0) ? row.ackLatency?.knownP99Us : nil
        case .ackP999: Self.ackP999.fewestEntries <= (row.acked ?? 0) ? row.ackLatency?.knownP999Us : nil
        case .cpu: row.totalCPUUsPerMessage
        case .rateKept: row.rateKept
        }
    }

    /// How many entries a row must have for its figure to mean something: ten beyond a percentile.
    var fewestEntries: UInt64 {
        switch self {
        case .ackP99: LatencySummary.fewest(for: 99)
        case .ackP999: LatencySummary.fewest(for: 99.9)
        default: 0
        }
    }
}

extension LoadModel {
    /// How far fewer entries than the rate says may be due in that time by chance, as a part of them.
    func slack(seconds: Double) -> Double {
        guard case .open(let rate, let arrivals) = self else { return 0 }
        let due = max(1, rate * seconds)
        // Three standard deviations of a Poisson count; one entry, where the last interval is cut.
        return arrivals == .poisson ? 3 / due.squareRoot() : 1 / due
    }
}

extension Report {
    /// Every limit that is asked for, in every cell that it is asked of.
    package var thresholds: [ThresholdResult] {
        let asked = suite.thresholds.all.map { ($0, false) } + suite.thresholds.implied.map { ($0, true) }
        return summary.flatMap { row in
            asked.filter { !$0.1 || row.cell.isSteady }.flatMap { threshold, isImplied in
                threshold.bounds(in: row.cell).map { result($0, threshold.relativeTo, row, isImplied) }
            }
        }
    }

    /// Whether the rate was carried in a cell of an open load; nil for another one, where nothing is known, and where something was
    /// made to go wrong.
    func isRateKept(_ row: SummaryRow) -> Bool? {
        guard let kept = row.rateKept?.median, row.cell.fault == .none else { return nil }
        return kept >= Thresholds.usualRateKept - row.cell.load.slack(seconds: suite.duration)
    }

    private func result(
        _ bound: Threshold.Bound, _ relativeTo: String?, _ row: SummaryRow, _ isImplied: Bool
    ) -> ThresholdResult {
        var limit = bound.limit
        if bound.figure == .rateKept { limit -= row.cell.load.slack(seconds: suite.duration) }
        let own = Sample(rows.of(row.cell), bound.figure.value)
        var values = own.all
        if let relativeTo {
            var other = row.cell
            other.transport = relativeTo
            values = own.ratios(to: Sample(rows.of(other), bound.figure.value))
        }
        var result = ThresholdResult(
            cell: row.cell, figure: bound.figure, relativeTo: relativeTo, limit: limit, value: Median.of(values),
            verdict: .notEvaluated, isImplied: isImplied)
        // Half of the rounds can be by chance on one side.
        var blocks = Set(rows.of(row.cell).map(\.planned.block))
        if let relativeTo {
            var other = row.cell
            other.transport = relativeTo
            blocks.formIntersection(rows.of(other).map(\.planned.block))
        }
        let rounds = max(suite.rounds, blocks.count)
        guard let value = result.value, values.count * 2 > rounds else {
            let needed = bound.figure.fewestEntries
            let small = own.all.count < row.count && needed > 0
            result.reason =
                small
                ? "\(own.all.count) of \(rounds) rows have the \(NumberText.whole(needed)) entries that it needs"
                : "\(values.count) of \(rounds) rounds are valid"
                    + (relativeTo.map { " here and for \($0)" } ?? "")
            return result
        }
        result.verdict = (bound.figure.isLeast ? value >= limit : value <= limit) ? .pass : .fail
        return result
    }
}
