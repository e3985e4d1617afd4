/// Outcomes as JUnit's XML, which GitHub's and GitLab's test reports and Jenkins read.
///
/// There is no standard: this keeps to the schema of Jenkins' xUnit plug-in, which is what all of them take. A class name and a
/// name tell a case from all others, as GitLab wants it.
package struct JUnitFile: Sendable {
    /// One thing that was asked.
    package struct Case: Sendable, Hashable {
        /// How it ended.
        package enum Outcome: Sendable, Hashable {
            /// It holds.
            case passed
            /// It does not hold.
            case failed
            /// It could not be decided.
            case undecided
        }

        /// What it is about, such as a cell.
        var subject: String
        /// What was asked of that.
        var name: String
        var outcome: Outcome
        /// The figures, in a sentence.
        var text: String
    }

    /// The name of the suite.
    let name: String
    /// When it was run, as `2026-01-31T12:00:00Z`.
    let startedAt: String
    /// What was asked.
    let cases: [Case]

    /// The file's text.
    package var text: String {
        let (failures, errors) = (cases.count { $0.outcome == .failed }, cases.count { $0.outcome == .undecided })
        let counts = "tests=\"\(cases.count)\" failures=\"\(failures)\" errors=\"\(errors)\""
        // Without a time zone, as Ant writes it.
        let timestamp = startedAt.hasSuffix("Z") ? String(startedAt.dropLast()) : startedAt
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites name="broker-lab" \(counts)>
            <testsuite name="\(name.markup)" \(counts) skipped="0" timestamp="\(timestamp.markup)">
            \(cases.map(element).joined(separator: "\n"))
            </testsuite>
            </testsuites>

            """
    }

    private func element(_ one: Case) -> String {
        let start = "<testcase classname=\"\(one.subject.markup)\" name=\"\(one.name.markup)\""
        let text = one.text.markup
        return switch one.outcome {
        case .passed: "\(start)><system-out>\(text)</system-out></testcase>"
        case .failed: "\(start)><failure type=\"missed\" message=\"\(text)\">\(text)</failure></testcase>"
        case .undecided: "\(start)><error type=\"undecided\" message=\"\(text)\">\(text)</error></testcase>"
        }
    }
}

extension JUnitFile {
    /// The same cases, those whose names another one has with a number behind them: a report keeps one of a name.
    static func distinct(_ cases: [Case]) -> [Case] {
        var counts: [String: Int] = [:]
        return cases.map { one in
            var one = one
            let count = counts["\(one.subject)\n\(one.name)", default: 0] + 1
            counts["\(one.subject)\n\(one.name)"] = count
            if count > 1 { one.name += " (\(count))" }
            return one
        }
    }
}
