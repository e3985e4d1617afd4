/// What a run comes to for whoever waits for it, the worst first: each is an exit code of its own.
package enum Assessment: Sendable, Hashable {
    /// Entries were lost, changed, came twice, or failed.
    case entriesLost
    /// A threshold was missed, or a figure became worse.
    case missed
    /// What was asked could not be decided.
    case undecided
    /// All that was asked holds.
    case passed

    /// What programs are told.
    var word: String {
        switch self {
        case .entriesLost: "entries_lost"
        case .missed: "missed"
        case .undecided: "undecided"
        case .passed: "passed"
        }
    }

    /// The worst of several.
    static func worst(_ all: [Assessment]) -> Assessment {
        for one in [entriesLost, missed, undecided] where all.contains(one) { return one }
        return .passed
    }
}

extension Report {
    /// What the run comes to: nothing is in order that was not measured.
    package var assessment: Assessment {
        if (rows + pairs).contains(where: \.hasFailed) { return .entriesLost }
        let verdicts = thresholds.map(\.verdict)
        if verdicts.contains(.fail) { return .missed }
        let asked = thresholds.filter { !$0.isImplied }.map(\.verdict)
        return asked.contains(.notEvaluated) || !summary.contains { $0.count > 0 } ? .undecided : .passed
    }

    /// What to do about the rows that the audit does not trust; nil where it trusts all.
    package var advice: String? { InvalidRows((rows + pairs).filter { !$0.isValid }).advice }

    /// How each threshold ended, for a terminal: those that the suite does not name only where they failed.
    package var thresholdLines: [String] {
        let shown = thresholds.filter { !$0.isImplied || $0.verdict == .fail }
        let width = ThresholdResult.Verdict.notEvaluated.rawValue.count
        return shown.map { result in
            let verdict = result.verdict == .fail ? "FAIL" : result.verdict.rawValue
            return "\(verdict + String(repeating: " ", count: width - verdict.count))  \(result.text)"
        }
    }
}
