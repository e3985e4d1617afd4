/// What a load's comparisons have decided and what not, in sentences: the same in the terminal and on the page.
package struct DecisionNotes: Sendable {
    private let comparisons: [Comparison]

    /// - Parameter comparisons: all of one load.
    package init(_ comparisons: [Comparison]) {
        self.comparisons = comparisons
    }

    /// All of them; nothing where there was too little to test.
    package var sentences: [String] { [sensitivity, equal, undecided].compactMap(\.self) }

    /// Which differences the run would have found.
    package var sensitivity: String? {
        let known = comparisons.compactMap { one in one.leastDifference.map { (one, $0) } }.sorted { $0.1 < $1.1 }
        guard let (finest, least) = known.first, let (coarsest, most) = known.last else { return nil }
        let all = "nine of ten such runs find a difference of \(Self.percent(least)) \(Self.between(finest))"
        return known.count == 1 ? all : "\(all), of \(Self.percent(most)) \(Self.between(coarsest))"
    }

    /// Which are equal for sure.
    package var equal: String? {
        let pairs = comparisons.filter(\.isEqual).map { one in
            "\(one.first) and \(one.second) (within \(Self.percent(one.atMost ?? 0)))"
        }
        return pairs.isEmpty ? nil : "equal for sure: \(pairs.joined(separator: ", "))"
    }

    /// Which cannot be told apart, and what it would take.
    package var undecided: String? {
        let pairs = comparisons.filter(\.isOpen).map { one in
            "\(one.first) and \(one.second)"
                + (one.roundsToDecide.map { " (about \($0) rounds would)" } ?? "")
        }
        return pairs.isEmpty ? nil : "cannot be told apart: \(pairs.joined(separator: ", "))"
    }

    private static func between(_ one: Comparison) -> String { "between \(one.first) and \(one.second)" }

    /// Two digits, rounded up: `3.2%`, `18%`.
    package static func percent(_ part: Double) -> String {
        let value = 100 * part
        let scale: Double = value < 9.95 ? 10 : 1
        return "\(NumberText.trimmed((value * scale).rounded(.up) / scale))%"
    }
}
