import Broker

/// What a run says, in sentences: the first thing on the page, and the last in a terminal.
struct Verdict: Sendable {
    /// A sentence, and whether it is bad news.
    struct Sentence: Sendable, Hashable {
        var text: String
        var isBad = false
    }

    /// The most loads that get sentences of their own; of a sweep its two ends do, and its crossovers.
    private static let mostPoints = 4

    private let report: Report
    /// How the transports stand under each load that was measured.
    let standings: [Standings]
    private var floor: String { report.record.floor }

    init(of report: Report) {
        self.report = report
        standings = report.suite.steadyPoints.filter { point in
            report.summary.contains { $0.cell.point == point }
        }
        .map { Standings(of: $0, in: report) }
    }

    /// All sentences: which transport to take, then what each load says, then what a sweep says, then what happened to the entries.
    var sentences: [Sentence] {
        let shown =
            standings.count <= Self.mostPoints
            ? standings : [standings.first, standings.last].compactMap { $0 }
        var sentences = [answer].compactMap { $0 }
        sentences += shown.map(LoadSentence.init).map { Sentence(text: $0.text) }
        sentences += SlowLoggerSentence.all(of: standings).map { Sentence(text: $0.text) }
        sentences += promises.map { Sentence(text: $0) }
        for (sweep, crossovers) in report.sweeps {
            sentences += crossovers.filter { $0.below != floor && $0.above != floor }.map { crossover in
                let interval = crossover.value.interval { sweep.axis.text($0) }
                return Sentence(
                    text:
                        "\(crossover.below) wins below \(sweep.axis.text(crossover.value.median))\(interval), \(crossover.above) "
                        + "above (\(sweep.constants)).")
            }
        }
        sentences += report.knees.map { Sentence(text: sentence($0, report.suite.p99LimitUs)) }
        sentences += FaultCosts.all(of: report).map { Sentence(text: $0.sentence) }
        sentences += OverloadCosts.all(of: report).compactMap(\.sentence).map { Sentence(text: $0) }
        sentences += Growth.sentences(Growth.all(of: report))
        return sentences + [delivery]
    }

    /// Which transport to take, over all loads; nil where there is one load, whose sentence says it.
    private var answer: Sentence? {
        guard standings.count > 1 else { return nil }
        let decided = standings.filter { $0.best?.row.rank != nil }
        guard decided.count == standings.count, let first = decided.first, let best = first.best else {
            return nil
        }
        let able = ([best] + first.ties).map(\.name).filter { name in
            decided.allSatisfy { one in one.best?.name == name || one.ties.contains { $0.name == name } }
        }
        if let name = able.first(where: { name in decided.allSatisfy { $0.best?.name == name && $0.ties.isEmpty } }) {
            return Sentence(text: "Take \(name): it comes first at all \(standings.count) loads.")
        }
        guard able.isEmpty else {
            return Sentence(
                text:
                    "Take \(Self.list(able, "or")): nothing is better for sure at any of the \(standings.count) loads.")
        }
        guard standings.count <= Self.mostPoints else { return nil }
        // Loads with the same answer together, in the order of the suite.
        var answers: [(names: [String], places: [String])] = []
        for one in decided {
            let names = ([one.best].compactMap { $0 } + one.ties).map(\.name)
            let place = LoadSentence.shortPlace(one.point)
            if let index = answers.firstIndex(where: { $0.names == names }) {
                answers[index].places.append(place)
            } else {
                answers.append((names, [place]))
            }
        }
        let parts = answers.map { "\(Self.list($0.names, "or")) at \(Self.list($0.places, "and"))" }
        return Sentence(text: "It depends on the load: take \(parts.joined(separator: "; ")).")
    }

    /// Those whose acknowledgement promises something else than that of the best: a sentence for each promise.
    private var promises: [String] {
        guard let kind = standings.lazy.compactMap(\.best).first?.row.acknowledgementClass else {
            return []
        }
        var seen: [(durability: String, names: [String])] = []
        for name in report.suite.transports {
            guard let row = report.summary.first(where: { $0.cell.transport == name && $0.count > 0 }),
                row.acknowledgementClass != kind
            else { continue }
            let meaning = row.durability.meaning
            if let index = seen.firstIndex(where: { $0.durability == meaning }) {
                seen[index].names.append(name)
            } else {
                seen.append((meaning, [name]))
            }
        }
        return seen.map { meaning, names in
            let whose = names.count == 1 ? "acknowledgement says" : "acknowledgements say"
            return
                "\(Self.list(names, "and"))'s \(whose) that \(meaning): another promise, which is not ranked with the "
                + "others'."
        }
    }

    /// What happened to the entries.
    private var delivery: Sentence {
        // Where something was made to go wrong, or more was offered than is carried, entries may fail, which their sentences tell.
        let faulty = report.rows.filter { !$0.planned.cell.isSteady }.compactMap(\.acked).reduce(0, +)
        let sent = report.rows.filter(\.planned.cell.isSteady).compactMap(\.sent).reduce(0, +)
        let failed = report.rows.filter(\.hasFailed).count
        let audited = report.rows.filter { !$0.isValid && !$0.hasFailed }.count
        let doubt =
            audited == 0
            ? "" : " The audit distrusts \(audited) of \(report.rows.count) rows; they are not ranked."
        guard failed == 0 else {
            return Sentence(
                text:
                    "\(failed) of \(report.rows.count) rows did not deliver every entry \(faulty > 0 ? "that they should" : "once and unchanged"); "
                    + "they are listed below and not ranked.\(doubt)",
                isBad: true)
        }
        return Sentence(
            text: [
                sent > 0 || faulty == 0 ? arrival(of: sent) : nil,
                faulty > 0
                    ? "Each of the \(NumberText.whole(faulty)) entries acknowledged in cells with \(Self.unsteady(report.suite)) arrived."
                    : nil,
            ].compactMap(\.self).joined(separator: " ") + doubt,
            isBad: audited * 4 > report.rows.count)
    }

    /// What may have had entries fail.
    private static func unsteady(_ suite: Suite) -> String {
        suite.overloadPoints.isEmpty ? "a fault" : "a rate by what was carried"
    }

    /// What is known of entries that all were acknowledged.
    private func arrival(of sent: UInt64) -> String {
        let unknown = report.rows.filter { !$0.isReconciled }.compactMap(\.sent).reduce(0, +)
        let known = "Each of the \(NumberText.whole(sent - unknown)) entries sent arrived once and unchanged."
        let silent = "acknowledged by loggers that give no account of what arrived."
        if unknown == 0 { return known }
        return unknown == sent
            ? "Each of the \(NumberText.whole(sent)) entries sent was \(silent)"
            : "\(known) \(NumberText.whole(unknown)) more were \(silent)"
    }

    /// `amqp, amqp:gob and http`.
    static func list(_ names: [String], _ word: String) -> String {
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " \(word) \(last)"
    }

    private func sentence(_ knee: Knee, _ limitUs: Double) -> String {
        let limit = NumberText.axisDuration(limitUs)
        let setting = knee.setting.text.map { ", \($0)" } ?? ""
        guard let rate = knee.rate else {
            return "\(knee.transport) keeps no rate of the sweep with p99 below \(limit)\(setting)."
        }
        let range = knee.range.flatMap { range -> String? in
            guard range.lowerBound < range.upperBound else { return nil }
            return " (\(Knee.text(range)) in single rounds)"
        }
        let more = knee.isBeyondSweep ? "at least " : ""
        let isKnown = report.summary.allSatisfy { $0.cell.transport != knee.transport || $0.isReconciled }
        return
            "\(knee.transport) carries \(more)\(NumberText.grouped(rate)) msgs/s with p99 below \(limit)\(isKnown ? ", nothing lost" : "") "
            + "and no growing backlog\(range ?? "")\(setting)."
    }
}
