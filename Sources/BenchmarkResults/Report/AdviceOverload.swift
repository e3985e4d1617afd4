import Metrics

/// What became of more than is carried on each transport, for whoever asks which one to take.
struct AdviceOverload: AdviceCondition {
    /// A transport that was offered as much as is asked about, or more.
    private struct Evidence {
        var folder: String
        var place: LoadPoint
        var line: OverloadCosts.Line
        /// The same transport offered the least that was measured there, if that is no more than is carried.
        var usual: OverloadCosts.Line?

        var citation: String { "\(folder): \(place.textWithoutModel)" }
    }

    private let times: Double
    /// By transport, the nearest to what is asked for.
    private let evidence: [String: Evidence]

    init(_ times: Double, near question: Advice.Question, in runs: [(folder: String, report: Report)]) {
        self.times = times
        var nearest: [String: (order: (Int, Int, Double, Double, Int), evidence: Evidence)] = [:]
        for (age, run) in runs.enumerated() {
            for costs in OverloadCosts.all(of: run.report) {
                for line in costs.lines where line.times >= times * 0.999 {
                    let least = costs.lines.filter { $0.transport == line.transport }.min { $0.times < $1.times }
                    // A logger that is slow, or that other programs play, is another question.
                    let isUsual = costs.place.parties.isOwn && costs.place.loggerWork == .none
                    let order = (
                        isUsual ? 0 : 1, costs.place.store.rank, question.distance(to: costs.place).0, line.times, age
                    )
                    if let known = nearest[line.transport], known.order <= order { continue }
                    nearest[line.transport] = (
                        order,
                        Evidence(
                            folder: run.folder, place: costs.place, line: line,
                            usual: least.flatMap { $0.times <= 1 && $0.times < line.times ? $0 : nil })
                    )
                }
            }
        }
        evidence = nearest.mapValues(\.evidence)
    }

    var wish: String { "offered \(NumberText.trimmed(times)) times what it carries" }

    var isMeasured: Bool { !evidence.isEmpty }

    var command: String { "brokerlab bench --suite overload --overload 0.5,\(NumberText.trimmed(times))" }

    func reason(against row: ResultRow) -> String? {
        guard let own = evidence[row.planned.cell.transport] else { return "not measured \(wish)" }
        return own.line.acknowledged == nil ? "no row is valid of it \(wish)" : nil
    }

    func lines(of transports: [String]) -> [String] {
        ["Offered \(NumberText.trimmed(times)) times what it carries:"]
            + transports.compactMap { name in
                evidence[name].map { own in
                    let more = own.line.times > times * 1.001 ? " (of \(NumberText.trimmed(own.line.times)) times)" : ""
                    return "  \(own.line.sentence)\(more)\(Self.rest(own)), n=\(own.line.valid) [\(own.citation)]"
                }
            }
    }

    /// `; memory 45 MiB, 1.1 times that when offered 0.5 times; as usual 100 ms after`.
    private static func rest(_ own: Evidence) -> String {
        var text = ""
        if let bytes = memory(own.line) {
            text += "; memory \(ComparedFigure.brokerMemory.text(bytes))"
            if let usual = own.usual, let before = memory(usual), before > 0 {
                text +=
                    ", \(NumberText.ratio(bytes / before)) times that when offered \(NumberText.trimmed(usual.times)) times"
            }
        }
        let isBack = own.line.normalAgain.map { 2 * $0.count > own.line.valid } ?? false
        guard isBack, let again = own.line.normalAgain else {
            return text + "; not back to normal within \(NumberText.trimmed(Overload.secondsAfterwards)) s"
        }
        return text + "; normal again \(ComparedFigure.normalAgain.text(again.median)) after the last was due"
    }

    /// The largest resident sets of all processes together, in bytes; nil where one of the two halves has none.
    private static func memory(_ line: OverloadCosts.Line) -> Double? {
        guard let broker = line.memory.broker?.median, let logger = line.memory.logger?.median else { return nil }
        return broker + logger + (line.memory.queue?.median ?? 0)
    }
}
