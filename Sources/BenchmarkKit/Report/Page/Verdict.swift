/// What a run says, in sentences: the first thing on the page.
struct Verdict: Sendable {
    /// A sentence, and whether it is bad news.
    struct Sentence: Sendable, Hashable {
        var text: String
        var isBad = false
    }

    /// The most loads that get sentences of their own; sweeps speak of their crossovers instead.
    private static let mostPoints = 4

    private let report: Report
    private var floor: String { report.record.floor }

    init(of report: Report) {
        self.report = report
    }

    /// All sentences, the most important one first.
    var sentences: [Sentence] {
        let points = report.suite.points.filter { point in report.summary.contains { $0.cell.point == point } }
        var sentences: [Sentence] = []
        let shown = points.count <= Self.mostPoints ? points : [points.last].compactMap { $0 }
        // What differs comes before what cannot be told apart, and that before what promises something else.
        let groups = shown.map(self.sentences)
        for order in Order.allCases {
            sentences += groups.flatMap { $0 }.filter { $0.order == order }.map { Sentence(text: $0.text) }
        }
        for (sweep, crossovers) in report.sweeps {
            sentences += crossovers.filter { $0.below != floor && $0.above != floor }.map { crossover in
                let interval = Self.interval(crossover.value) { sweep.axis.text($0) }
                return Sentence(
                    text:
                        "\(crossover.below) wins below \(sweep.axis.text(crossover.value.median)), \(crossover.above) "
                        + "above\(interval) (\(sweep.constants)).")
            }
        }
        sentences += report.knees.map { Sentence(text: Self.sentence($0, report.suite.p99LimitUs)) }
        return sentences + [delivery]
    }

    /// What happened to the entries.
    private var delivery: Sentence {
        let sent = report.rows.compactMap(\.sent).reduce(0, +)
        let failed = report.rows.filter(\.hasFailed).count
        let audited = report.rows.filter { !$0.isValid && !$0.hasFailed }.count
        let doubt =
            audited == 0 ? "" : " The audit distrusts \(audited) of \(report.rows.count) rows; they are not ranked."
        guard failed == 0 else {
            return Sentence(
                text: "\(failed) of \(report.rows.count) rows did not deliver every entry once and unchanged; they are "
                    + "listed below and not ranked.\(doubt)",
                isBad: true)
        }
        return Sentence(
            text: "Each of the \(NumberText.grouped(Double(sent))) entries sent arrived once and unchanged.\(doubt)",
            isBad: audited * 4 > report.rows.count)
    }

    private enum Order: CaseIterable {
        case difference, tie, otherPromise
    }

    private func sentences(at point: LoadPoint) -> [(order: Order, text: String)] {
        let statistics = Summary(suite: report.suite, floor: floor)
        let rows = report.summary.filter { $0.cell.point == point && $0.count > 0 }
        guard let baselineName = statistics.baseline,
            let baseline = rows.first(where: { $0.cell.transport == baselineName })
        else { return [] }
        let rivals = rows.filter { $0.cell.transport != baselineName && $0.cell.transport != floor }
        let peers = rivals.filter { $0.acknowledgementClass == baseline.acknowledgementClass }
        let others = rivals.filter { $0.acknowledgementClass != baseline.acknowledgementClass }
        var sentences: [(order: Order, text: String)] = []
        if let best = peers.min(by: { Self.isBetter($0, $1) }) {
            let isTie = best.isTiedWithBaseline == true && best.rank != nil
            sentences.append((isTie ? .tie : .difference, Self.sentence(best, than: baselineName, at: point)))
        }
        sentences += others.map { row in
            let comparison = Self.comparison(row, than: baselineName)
            let text =
                "\(Self.place(point)), \(row.cell.transport) \(comparison), but its acknowledgement only says "
                + "\u{201c}\(row.acknowledgementClass)\u{201d}, so it is not ranked with the others."
            return (.otherPromise, text)
        }
        return sentences
    }

    private static func isBetter(_ left: SummaryRow, _ right: SummaryRow) -> Bool {
        guard left.cell.load != .closed else {
            return (left.throughput?.median ?? 0) > (right.throughput?.median ?? 0)
        }
        return (left.ackP99?.median ?? .infinity) < (right.ackP99?.median ?? .infinity)
    }

    private static func sentence(_ row: SummaryRow, than baseline: String, at point: LoadPoint) -> String {
        if row.isTiedWithBaseline == true, row.rank != nil {
            let ratio = row.ratioToBaseline.map { ratio in
                let ends = [ratio.low, ratio.high].compactMap { $0 }.map(NumberText.ratio).joined(separator: " to ")
                return "ratio \(NumberText.ratio(ratio.median))\(ends.isEmpty ? "" : ", \(ends)")"
            }
            return "\(place(point)), \(row.cell.transport) and \(baseline) cannot be told apart"
                + (ratio.map { " (\($0))" } ?? "") + "."
        }
        let doubt = row.rank == nil ? " Too few rounds to say whether that is more than chance." : ""
        return "\(place(point)), \(row.cell.transport) \(comparison(row, than: baseline)).\(doubt)"
    }

    /// `carries 2.1 times grpc (2.0 to 2.2) at 0.5 times the CPU`.
    private static func comparison(_ row: SummaryRow, than baseline: String) -> String {
        guard let ratio = row.ratioToBaseline else { return "has no round in common with \(baseline)" }
        let times = "\(NumberText.ratio(ratio.median)) times"
        let verb =
            row.cell.load == .closed
            ? "carries \(times) \(baseline)" : "answers 99 of 100 entries within \(times) the time of \(baseline)"
        let cost = row.cpuRatioToBaseline.map { " at \(NumberText.ratio($0.median)) times the CPU" } ?? ""
        return verb + interval(ratio, NumberText.ratio) + cost
    }

    private static func sentence(_ knee: Knee, _ limitUs: Double) -> String {
        let limit = NumberText.duration(microseconds: limitUs)
        guard let rate = knee.rate else {
            return "\(knee.transport) keeps no rate of the sweep with p99 below \(limit)."
        }
        let range = knee.range.flatMap { range -> String? in
            guard range.lowerBound < range.upperBound else { return nil }
            return
                " (\(NumberText.grouped(range.lowerBound)) to \(NumberText.grouped(range.upperBound)) in single rounds)"
        }
        let more = knee.isBeyondSweep ? "at least " : ""
        return
            "\(knee.transport) carries \(more)\(NumberText.grouped(rate)) msgs/s with p99 below \(limit), nothing lost "
            + "and no growing backlog\(range ?? "")."
    }

    private static func place(_ point: LoadPoint) -> String {
        let rate = point.load.ratePerSecond.map { ", \(NumberText.grouped($0)) msgs/s" } ?? ""
        let spread = point.connections == 1 ? "" : " on \(point.connections) connections"
        return "At \(ByteText.size(point.payloadBytes)) and \(point.inFlight) in flight\(spread)\(rate)"
    }

    /// ` (2.0 to 2.2)`; nothing where there is no interval.
    static func interval(_ estimate: Estimate, _ text: (Double) -> String) -> String {
        guard let low = estimate.low, let high = estimate.high else { return "" }
        return " (\(text(low)) to \(text(high)))"
    }
}
