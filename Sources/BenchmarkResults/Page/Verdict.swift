/// What a run says, in sentences: the first thing on the page.
struct Verdict: Sendable {
    /// A sentence, and whether it is bad news.
    struct Sentence: Sendable, Hashable {
        var text: String
        var isBad = false
    }

    /// The most loads that get sentences of their own; of a sweep its two ends do, and its crossovers.
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
        let shown = points.count <= Self.mostPoints ? points : [points.first, points.last].compactMap { $0 }
        // What differs comes before what cannot be told apart, and that before what promises something else.
        let comparisons = shown.compactMap(comparison)
        sentences += comparisons.filter { !$0.isTie }.map { Sentence(text: $0.text) }
        sentences += comparisons.filter(\.isTie).map { Sentence(text: $0.text) }
        sentences += otherPromises(at: shown).map { Sentence(text: $0) }
        for (sweep, crossovers) in report.sweeps {
            sentences += crossovers.filter { $0.below != floor && $0.above != floor }.map { crossover in
                let interval = crossover.value.interval { sweep.axis.text($0) }
                return Sentence(
                    text:
                        "\(crossover.below) wins below \(sweep.axis.text(crossover.value.median))\(interval), \(crossover.above) "
                        + "above (\(sweep.constants)).")
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
            text: "Each of the \(NumberText.whole(sent)) entries sent arrived once and unchanged.\(doubt)",
            isBad: audited * 4 > report.rows.count)
    }

    private var baseline: String? { Summary(suite: report.suite, floor: floor).baseline }

    /// The measured rows under a load: the baseline's, and those of all others.
    private func rows(at point: LoadPoint) -> (baseline: SummaryRow, rivals: [SummaryRow])? {
        let rows = report.summary.filter { $0.cell.point == point && $0.count > 0 }
        guard let baseline = rows.first(where: { $0.cell.transport == baseline }) else { return nil }
        return (baseline, rows.filter { $0.cell.transport != baseline.cell.transport })
    }

    /// The best transport under a load beside the baseline, and how the others stand.
    private func comparison(at point: LoadPoint) -> (isTie: Bool, text: String)? {
        let silent = report.suite.transports.filter { name in
            report.summary.contains { $0.cell.point == point && $0.cell.transport == name && $0.count == 0 }
        }
        let lacking = silent.isEmpty ? "" : " No row of \(Self.list(silent)) is valid."
        guard let (baseline, rivals) = rows(at: point) else {
            guard let name = self.baseline else { return nil }
            let others = report.summary.filter { $0.cell.point == point && $0.count > 0 }.map(\.cell.transport)
            let alone = others.isEmpty ? "" : " \(Self.list(others)) can be compared with each other in the table only."
            return (true, "\(Self.place(point)), nothing can be compared with \(name).\(alone)\(lacking)")
        }
        let name = baseline.cell.transport
        let peers = rivals.filter { $0.acknowledgementClass == baseline.acknowledgementClass }
        let ranked = peers.sorted { Self.isBetter($0, $1) }
        guard let best = ranked.first(where: { $0.cell.transport != floor }) ?? ranked.first else {
            let text = "\(Self.place(point)), \(name) has no other of its acknowledgement class beside it."
            return (true, text + lacking)
        }
        let isTie = best.isTiedWithBaseline == true && best.rank != nil
        let others = ranked.filter { $0.cell.transport != best.cell.transport }.map { row in
            let ratio = row.ratioToBaseline.map { NumberText.ratio($0.median) } ?? "no round in common"
            let isTied = row.isTiedWithBaseline == true && row.rank != nil
            return
                "\(row.cell.transport)\(row.cell.transport == floor ? ", the floor," : "") \(ratio)\(isTied ? " (a tie)" : "")"
        }
        let figure = point.load == .closed ? "rate" : "p99"
        let rest = others.isEmpty ? "" : " The others' \(figure) by that of \(name): \(others.joined(separator: "; "))."
        return (isTie, Self.sentence(best, than: name, at: point) + rest + lacking)
    }

    /// Those whose acknowledgement promises something else than the baseline's: one sentence for all of a class, and for
    /// each kind of load, as throughputs and latencies have no range in common.
    private func otherPromises(at points: [LoadPoint]) -> [String] {
        let others = points.flatMap { point in
            rows(at: point).map { (baseline, rivals) in
                rivals.filter { $0.acknowledgementClass != baseline.acknowledgementClass }
            } ?? []
        }
        let classes = Dictionary(grouping: others) { row in
            (row.cell.load == .closed ? "0" : "1") + row.acknowledgementClass
        }.sorted { $0.key < $1.key }
        return classes.compactMap { _, rows in
            guard let baseline, let first = rows.first else { return nil }
            let kind = first.acknowledgementClass
            let names = report.suite.transports.filter { name in rows.contains { $0.cell.transport == name } }
            let loads = Set(rows.map(\.cell.point)).count
            let place =
                loads == 1
                ? Self.place(first.cell.point)
                : "At these \(loads) \(first.cell.load == .closed ? "closed loads" : "loads with a rate")"
            let (whose, who) = names.count == 1 ? ("its", "it is") : ("their", "they are")
            let comparison =
                rows.count == 1
                ? Self.comparison(first, than: baseline)
                : Self.comparison(rows, than: baseline, isPlural: names.count > 1)
            return "\(place), \(Self.list(names)) \(comparison), but \(whose) acknowledgement only says "
                + "\u{201c}\(kind)\u{201d}, so \(who) not ranked with the others."
        }
    }

    /// `carries 0.06 to 0.18 times grpc at 5.8 to 16 times the CPU`.
    private static func comparison(_ rows: [SummaryRow], than baseline: String, isPlural: Bool) -> String {
        let ratios = rows.compactMap { $0.ratioToBaseline?.median }
        guard let first = rows.first, !ratios.isEmpty else { return "has no round in common with \(baseline)" }
        let cost = rows.compactMap { $0.cpuRatioToBaseline?.median }
        return verb("\(range(ratios)) times", baseline, first.cell.load, isPlural: isPlural)
            + (cost.isEmpty ? "" : " at \(range(cost)) times the CPU")
    }

    private static func range(_ values: [Double]) -> String {
        let ends = [values.min(), values.max()].compactMap { $0 }.map(NumberText.ratio)
        return ends.first == ends.last ? ends[0] : ends.joined(separator: " to ")
    }

    private static func verb(
        _ times: String, _ baseline: String, _ load: LoadModel, isPlural: Bool = false
    ) -> String {
        load == .closed
            ? "\(isPlural ? "carry" : "carries") \(times) \(baseline)"
            : "\(isPlural ? "answer" : "answers") 99 of 100 entries within \(times) the time of \(baseline)"
    }

    /// `amqp, amqp:gob and http`.
    private static func list(_ names: [String]) -> String {
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " and \(last)"
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
                + (ratio.map { " (\($0)\(reasonForTie(row)))" } ?? "") + "."
        }
        let doubt = row.rank == nil ? " Too few rounds to say whether that is more than chance." : ""
        return "\(place(point)), \(row.cell.transport) \(comparison(row, than: baseline)).\(doubt)"
    }

    /// Why a ratio whose interval leaves out 1 is still no difference; nothing where the interval says so itself.
    private static func reasonForTie(_ row: SummaryRow) -> String {
        guard let ratio = row.ratioToBaseline, let low = ratio.low, let high = ratio.high, low > 1 || high < 1 else {
            return ""
        }
        if let noise = row.aaNoisePercent, 100 * (max(ratio.median, 1 / ratio.median) - 1) <= noise {
            return "; noise \(NumberText.significant(noise))%"
        }
        return row.pAdjusted.map { "; p \(NumberText.significant($0))" } ?? ""
    }

    /// `carries 2.1 times grpc (2.0 to 2.2) at 0.5 times the CPU`.
    private static func comparison(_ row: SummaryRow, than baseline: String) -> String {
        guard let ratio = row.ratioToBaseline else { return "has no round in common with \(baseline)" }
        let verb = verb("\(NumberText.ratio(ratio.median)) times", baseline, row.cell.load)
        let cost = row.cpuRatioToBaseline.map { " at \(NumberText.ratio($0.median)) times the CPU" } ?? ""
        return verb + ratio.interval(NumberText.ratio) + cost
    }

    private static func sentence(_ knee: Knee, _ limitUs: Double) -> String {
        let limit = NumberText.axisDuration(limitUs)
        let store = knee.store.text.map { ", \($0)" } ?? ""
        guard let rate = knee.rate else {
            return "\(knee.transport) keeps no rate of the sweep with p99 below \(limit)\(store)."
        }
        let range = knee.range.flatMap { range -> String? in
            guard range.lowerBound < range.upperBound else { return nil }
            return " (\(Knee.text(range)) in single rounds)"
        }
        let more = knee.isBeyondSweep ? "at least " : ""
        return
            "\(knee.transport) carries \(more)\(NumberText.grouped(rate)) msgs/s with p99 below \(limit), nothing lost "
            + "and no growing backlog\(range ?? "")\(store)."
    }

    private static func place(_ point: LoadPoint) -> String {
        let rate = point.load.ratePerSecond.map { ", \(NumberText.grouped($0)) msgs/s" } ?? ""
        let spread = point.connections == 1 ? "" : " on \(point.connections) connections"
        let store = point.storeText.map { ", \($0)" } ?? ""
        return "At \(ByteText.size(point.payloadBytes)) and \(point.inFlight) in flight\(spread)\(rate)\(store)"
    }
}
