extension RunComparison {
    /// The comparison for a terminal: what differs, a line a figure, and what decides.
    package var text: String {
        var lines = differences.map { "the runs differ in \($0.text)\($0.isVoiding ? " (*)" : "")" }
        if isRefused {
            lines.append(
                "(*) figures of such runs say nothing about each other; --allow-different compares all the same")
        }
        let shown = self.lines.filter { $0.isPrimary || $0.figure == .cpu || $0.isChanged }
        let names = (shown + floor).map { name($0) }
        let width = names.map(\.count).max() ?? 0
        for line in floor + shown {
            let name = name(line)
            lines.append(name + String(repeating: " ", count: width - name.count) + "  \(line.text)")
        }
        return (lines + remarks).map { "\($0)\n" }.joined()
    }

    private func name(_ line: ComparisonLine) -> String {
        isOfFloor(line) ? "the floor itself, \(line.cell.name)" : line.cell.name
    }

    /// Whether a line is of what the floor itself changed by, beside which others are looked at.
    func isOfFloor(_ line: ComparisonLine) -> Bool {
        !line.figure.isOfEvent && floor.contains { $0.cell == line.cell }
    }

    /// What decides, in sentences.
    var remarks: [String] {
        var remarks: [String] = []
        if failed.old + failed.new > 0 {
            remarks.append(
                "entries were lost, changed, came twice or failed: in \(failed.old) rows of the old run, \(failed.new) of the new"
            )
        }
        if let limit = rules.failOn {
            let regressions = regressions(beyond: limit)
            let percent = Self.percent(limit)
            remarks.append(
                regressions.isEmpty
                    ? "no figure became worse by more than \(percent)"
                    : "\(regressions.count) of \(lines.count) figures became worse by more than \(percent)")
            for line in moved {
                remarks.append(
                    "the floor moved: \(line.cell.name), \(line.text); it is the machine, code that all transports share, or "
                        + "the floor's own, against which all others look changed the other way")
            }
            for line in blind {
                let least = line.least.map { "; the least that could have been seen is \(Self.percent($0))" } ?? ""
                remarks.append("\(line.cell.name): a change of \(percent) could not have been seen\(least)")
            }
        }
        remarks += missing.inNew.map { "\($0.name): the new run does not have it" }
        remarks += missing.inOld.map { "\($0.name): the old run does not have it" }
        remarks += unmeasured.map { "\($0.name): \(whyUnmeasured($0))" }
        if lines.isEmpty { remarks.append("the two runs have no cell in common that has valid rows in both") }
        if assessment == .undecided { remarks.append("undecided: nothing is in order that was not compared") }
        return remarks
    }

    static func percent(_ part: Double) -> String { "\(NumberText.trimmed(100 * part))%" }
}

extension ComparisonLine {
    /// `slower: throughput 0.80 times (0.78 to 0.81), p 0.0012`.
    package var text: String {
        let isMore = ratio.median > 1
        let word =
            switch change {
            case .better, .worse, .changed: isMore ? figure.words.more : figure.words.less
            case .unchanged: "unchanged within \(least.map(RunComparison.percent) ?? "")"
            case .undecided: change.rawValue
            }
        let range = ratio.interval { NumberText.significant($0) }
        // A ratio of entries is of one more than there were, and no figure for people.
        let amounts = [
            medians.map { "\(figure.text($0.old)), then \(figure.text($0.new))" },
            figure.unit == .entries ? nil : "\(NumberText.significant(ratio.median)) times\(range)",
            "p \(DecimalText.format(pAdjusted, places: 4))",
        ].compactMap(\.self)
        let text = "\(word): \(figure.rawValue) \(amounts.joined(separator: ", "))"
        guard change == .undecided else { return text }
        return text + (least.map { "; would see \(RunComparison.percent($0))" } ?? "; too few rounds to see anything")
    }
}

extension RunComparison {
    /// The comparison for programs: an object.
    package var json: String {
        let fields: [(String, String)] = [
            ("assessment", JSONText.quoted(assessment.word)),
            ("fail_on", rules.failOn.map { DecimalText.format($0, places: 4) } ?? "null"),
            ("refused", isRefused ? "true" : "false"),
            ("failed_rows_old", String(failed.old)), ("failed_rows_new", String(failed.new)),
            ("missing_in_new", Self.array(missing.inNew.map { JSONText.quoted($0.name) })),
            ("missing_in_old", Self.array(missing.inOld.map { JSONText.quoted($0.name) })),
            ("too_few_rows", Self.array(unmeasured.map { JSONText.quoted($0.name) })),
            (
                "differences",
                Self.array(
                    differences.map {
                        Self.object([
                            ("what", JSONText.quoted($0.what)), ("old", JSONText.quoted($0.old)),
                            ("new", JSONText.quoted($0.new)), ("voids", $0.isVoiding ? "true" : "false"),
                        ])
                    })
            ),
            ("floor", Self.array(floor.map(\.json))), ("figures", Self.array(lines.map(\.json))),
            ("remarks", Self.array(remarks.map(JSONText.quoted))),
        ]
        return Self.object(fields) + "\n"
    }

    static func object(_ fields: [(String, String)]) -> String {
        "{\(fields.map { "\(JSONText.quoted($0.0)):\($0.1)" }.joined(separator: ","))}"
    }

    private static func array(_ items: [String]) -> String { "[\(items.joined(separator: ",\n "))]" }

    /// The comparison for a review: a table, and what decides.
    package var markdown: String {
        func row(_ fields: [String]) -> String {
            "| \(fields.joined(separator: " | ")) |\n"
        }
        var text = differences.map {
            "- differs in \($0.text.markdown)\($0.isVoiding ? ", which voids the comparison" : "")\n"
        }
        .joined()
        if !text.isEmpty { text += "\n" }
        text +=
            row(["cell", "figure", "change", "new by old", "least visible"]) + row(["---", "---", "---", "---", "---"])
        for line in floor + lines {
            text += row([
                (isOfFloor(line) ? "floor: " : "") + line.cell.name.markdown,
                line.figure.rawValue,
                line.isChanged ? "**\(line.change.rawValue)**" : line.change.rawValue,
                NumberText.significant(line.ratio.median) + line.ratio.interval { NumberText.significant($0) },
                line.least.map(Self.percent) ?? "none",
            ])
        }
        return text + "\n" + remarks.map { "- \($0.markdown)\n" }.joined()
    }
}

extension ComparisonLine {
    /// As an object of JSON.
    var json: String {
        func number(_ value: Double?) -> String { value.map { DecimalText.format($0, places: 6) } ?? "null" }
        return RunComparison.object([
            ("cell", JSONText.quoted(cell.name)), ("name", JSONText.quoted(cell.who)),
            ("figure", JSONText.quoted(figure.rawValue)), ("change", JSONText.quoted(change.rawValue)),
            ("ratio", number(ratio.median)), ("ratio_low", number(ratio.low)), ("ratio_high", number(ratio.high)),
            ("loss", number(loss)), ("p_adjusted", number(pAdjusted)), ("least_visible", number(least)),
            ("old", number(medians?.old)), ("new", number(medians?.new)),
        ])
    }
}
