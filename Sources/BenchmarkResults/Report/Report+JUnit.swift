extension Report {
    /// What the suite asked of the run, and that every entry arrived: what its exit code says, case by case.
    package var junit: JUnitFile {
        let failed = (rows + pairs).filter(\.hasFailed)
        var cases = [
            JUnitFile.Case(
                subject: suite.name, name: "every entry arrived once and unchanged",
                outcome: failed.isEmpty ? .passed : .failed,
                text: failed.isEmpty
                    ? "all \(rows.count + pairs.count) rows\(unaccounted)"
                    : InvalidRows(failed).lines.joined(separator: "; "))
        ]
        if !summary.contains(where: { $0.count > 0 }) {
            cases.append(
                JUnitFile.Case(
                    subject: suite.name, name: "there are valid rows", outcome: .undecided,
                    text: "no row is valid: \(advice ?? "nothing was measured")"))
        }
        cases += thresholds.filter { !$0.isImplied || $0.verdict == .fail }.map { result in
            let relative = result.relativeTo.map { " by \($0)" } ?? ""
            let outcome: JUnitFile.Case.Outcome =
                switch result.verdict {
                case .pass: .passed
                case .fail: .failed
                case .notEvaluated: .undecided
                }
            return JUnitFile.Case(
                subject: result.cell.name, name: "\(result.figure.rawValue)\(relative)", outcome: outcome,
                text: result.text)
        }
        return JUnitFile(name: suite.name, startedAt: record.startedAt, cases: JUnitFile.distinct(cases))
    }

    /// How many rows say nothing of what arrived; empty of none.
    private var unaccounted: String {
        let count = rows.count { !$0.isReconciled }
        return count == 0 ? "" : ", as far as loggers say: \(count) of them are not reconciled"
    }
}
