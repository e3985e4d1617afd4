import Metrics

/// What to do under one load, in a sentence or a few: which transport to take, what it costs, and what the others come to.
struct LoadSentence: Sendable {
    let standings: Standings

    init(_ standings: Standings) {
        self.standings = standings
    }

    /// All of it.
    var text: String {
        let place = Self.place(standings.point)
        guard let best = standings.best else {
            if standings.silent.isEmpty && standings.late.isEmpty { return "\(place):\(lacking)" }
            return "\(place): nothing can be told.\(lacking)"
        }
        return "\(place): \(choice(best)).\(next(best))\(others)\(lacking)"
    }

    /// `take netrpc: 285,000 msgs/s (3.2 us CPU, 151 MiB)`.
    private func choice(_ best: Standings.Place) -> String {
        guard best.row.rank != nil else {
            guard !standings.rivals.isEmpty else {
                return "\(best.name) has no rival; it comes to \(amount(best))"
            }
            return
                "\(best.name) came first, \(amount(best)), but too few rounds are valid to say whether that is more "
                + "than chance"
        }
        guard !standings.ties.isEmpty else { return "take \(best.name): \(amount(best))" }
        let all = [best] + standings.ties
        let isEqual = all.allSatisfy { one in
            all.allSatisfy { $0.name == one.name || one.row.equalTo.contains($0.name) }
        }
        let relation =
            isEqual
            ? "are equal within \(NumberText.trimmed(100 * Comparison.margin))%"
            : "cannot be told apart"
        return "take \(Verdict.list(all.map(\.name), "or")), which \(relation): "
            + all.map { "\($0.name) \(amount($0))" }.joined(separator: ", ")
    }

    /// What would decide what was not decided.
    private func next(_ best: Standings.Place) -> String {
        let parts = standings.undecided.map { one in
            let time = NumberText.duration(microseconds: one.seconds * 1e6)
            return "\(one.name) in about \(one.rounds) rounds (\(time))"
        }
        return parts.isEmpty ? "" : " To be told from \(best.name): \(parts.joined(separator: ", "))."
    }

    /// What all others come to, by the best one.
    private var others: String {
        let tied = Set(standings.ties.map(\.name))
        let parts: [(String, [Standings.Place])] = [
            ("by that", standings.rivals.filter { !tied.contains($0.name) }),
            ("beside them", standings.others), ("the floor", standings.yardstick.map { [$0] } ?? []),
        ]
        let figure = standings.point.load.decidingFigure.word
        let texts = parts.filter { !$0.1.isEmpty }.map { what, places in
            let list = places.map { "\($0.name) \(NumberText.ratio($0.ratio))\(cost($0))" }.joined(
                separator: ", ")
            return what == "by that" ? list : "\(what) \(list)"
        }
        return texts.isEmpty ? "" : " The others' \(figure) by that: \(texts.joined(separator: "; "))."
    }

    /// `285,000 msgs/s (3.2 us CPU, 151 MiB)`.
    private func amount(_ place: Standings.Place) -> String {
        let figure = Standings.figure(place.row) ?? 0
        return standings.point.load.decidingFigure.text(figure) + cost(place)
    }

    /// ` (3.2 us CPU, 151 MiB; queued)`: a message's CPU time in all processes, the peak memory of both, and another promise.
    private func cost(_ place: Standings.Place) -> String {
        let row = place.row
        var parts: [String] = []
        if row.brokerCPU != nil, row.loggerCPU != nil {
            parts.append("\(NumberText.duration(microseconds: row.cpuParts.reduce(0, +))) CPU")
        }
        if let broker = row.brokerRSS?.median, let logger = row.loggerRSS?.median {
            parts.append("\(NumberText.grouped((broker + logger) / 1_048_576)) MiB")
        }
        let cost = parts.joined(separator: ", ")
        let isOther = row.rankClass != standings.best?.row.rankClass
        let all = [cost, isOther ? row.rankClass : ""].filter { !$0.isEmpty }.joined(
            separator: "; ")
        return all.isEmpty ? "" : " (\(all))"
    }

    private var lacking: String {
        let silent =
            standings.silent.isEmpty
            ? "" : " No row of \(Verdict.list(standings.silent, "and")) is valid."
        let short =
            standings.withoutP99.isEmpty
            ? ""
            : " \(Verdict.list(standings.withoutP99, "and")) took too few entries for a p99, which asks for "
                + "\(NumberText.whole(LatencySummary.fewest(for: 99))): take a longer --duration."
        let late =
            standings.late.isEmpty
            ? "" : " \(Verdict.list(standings.late, "and")) did not carry the rate."
        return short + late + silent
    }

    /// `At 100 B and 64 in flight, 5,000 msgs/s`.
    private static func place(_ point: LoadPoint) -> String { "At \(shortPlace(point))" }

    /// `100 B and 64 in flight`.
    static func shortPlace(_ point: LoadPoint) -> String {
        let rate = point.load.ratePerSecond.map { ", \(NumberText.grouped($0)) msgs/s" } ?? ""
        let spread = point.connections == 1 ? "" : " on \(point.connections) connections"
        let cold = point.load == .cold ? ", cold connections" : ""
        let rest = [point.churnText, point.setting.text].compactMap(\.self).map { ", \($0)" }.joined()
        return "\(ByteText.size(point.payloadBytes)) and \(point.inFlight) in flight\(spread)\(rate)\(cold)\(rest)"
    }
}
