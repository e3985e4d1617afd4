extension RunComparison {
    /// What `--fail-on` asks of each figure, and what the comparison needs to say anything: its exit code, case by case.
    package var junit: JUnitFile {
        let limit = rules.failOn
        let asked = limit.map { "not worse by more than \(Self.percent($0))" } ?? "compared"
        let worse = Set((limit.map { regressions(beyond: $0) } ?? []).map(\.name))
        let unseen = Set(blind.map(\.name))
        var cases = [
            JUnitFile.Case(
                subject: records.new.suite.name, name: "every entry arrived once and unchanged",
                outcome: failed.old + failed.new == 0 ? .passed : .failed,
                text: "\(failed.old) rows of the old run and \(failed.new) of the new failed"),
            JUnitFile.Case(
                subject: records.new.suite.name, name: "the runs can be compared",
                outcome: isRefused || lines.isEmpty ? .undecided : .passed,
                text: differences.isEmpty
                    ? "\(lines.count) figures" : "differ in \(differences.map(\.text).joined(separator: "; "))"),
        ]
        cases += floor.map { line in
            JUnitFile.Case(
                subject: "the floor itself, \(line.cell.name)", name: "\(line.figure.rawValue) \(asked)",
                outcome: moved.contains { $0.name == line.name } ? .undecided : .passed, text: line.text)
        }
        cases += lines.map { line in
            JUnitFile.Case(
                subject: line.cell.name, name: "\(line.figure.rawValue) \(asked)",
                outcome: worse.contains(line.name)
                    ? (isRefused ? .undecided : .failed) : unseen.contains(line.name) ? .undecided : .passed,
                text: line.text)
        }
        let gone =
            missing.inNew.map { ($0, "the new run does not have it") }
            + missing.inOld.map { ($0, "the old run does not have it") }
            + unmeasured.map { ($0, whyUnmeasured($0)) }
        cases += gone.map { cell, why in
            JUnitFile.Case(
                subject: cell.name, name: "is in both runs", outcome: rules.allowsMissing ? .passed : .undecided,
                text: why)
        }
        return JUnitFile(
            name: "compare \(records.new.suite.name)", startedAt: records.new.startedAt,
            cases: JUnitFile.distinct(cases))
    }
}

extension ComparisonLine {
    /// What tells it from all others of a comparison.
    fileprivate var name: String { "\(cell.name)/\(figure.rawValue)" }
}
