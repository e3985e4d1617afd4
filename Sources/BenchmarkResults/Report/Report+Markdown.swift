extension Report {
    /// What the run says, for a review or the summary of a CI job: the verdict, and how the thresholds ended.
    package var markdown: String {
        let verdict = Verdict(of: self)
        let sentences = verdict.sentences.map { sentence in
            let text = sentence.text.markdown
            return "- \(sentence.isBad ? "**\(text)**" : text)\n"
        }
        let grid = MarkdownGrid(verdict.standings, of: suite.transports).text
        let thresholds = thresholds.filter { !$0.isImplied || $0.verdict == .fail }.map { result in
            let verdict = result.verdict == .pass ? "pass" : "**\(result.verdict.rawValue)**"
            return "| \(verdict) | \(result.text.markdown) |\n"
        }
        let table = thresholds.isEmpty ? "" : "\n| threshold | |\n| --- | --- |\n\(thresholds.joined())"
        return "### broker-lab: \(suite.name.markdown)\n\n\(sentences.joined())\(grid)\(table)"
    }
}

/// All transports by all loads, as a table of Markdown: each one's figure by the best one's.
private struct MarkdownGrid {
    /// The table; empty where nothing was measured.
    let text: String

    init(_ standings: [Standings], of transports: [String]) {
        let shown = standings.filter { !$0.places.isEmpty }
        guard !shown.isEmpty else {
            text = ""
            return
        }
        func line(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |\n" }
        let names = transports.filter { name in shown.contains { $0.places.contains { $0.name == name } } }
        let rows = names.map { name in line([name.markdown] + shown.map { Self.cell(name, $0) }) }
        let heads = ["by the best"] + shown.map { LoadSentence.shortPlace($0.point) }
        text = "\n" + line(heads) + line(heads.map { _ in "---" }) + rows.joined()
    }

    private static func cell(_ name: String, _ standings: Standings) -> String {
        guard let place = standings.places.first(where: { $0.name == name }) else { return "–" }
        let ratio = name == standings.best?.name ? "**best**" : NumberText.ratio(place.ratio)
        let kind = place.row.rankClass
        return ratio + (place.letters.isEmpty ? "" : " *\(place.letters)*")
            + (kind == standings.best?.row.rankClass ? "" : " \(kind)")
    }
}
