import PrintableText

/// What came of a case of the party contract.
package struct PartyFinding: Sendable, Hashable {
    /// How it came out.
    package enum Verdict: String, Sendable {
        /// The program keeps to it.
        case kept = "ok"
        /// It does not.
        case broken = "fails"
        /// Something to know, which the contract leaves open.
        case note
    }

    package var verdict: Verdict
    /// The case, in a word or two.
    package var subject: String
    /// What was seen.
    package var text: String

    init(_ verdict: Verdict, _ subject: String, _ text: String) {
        (self.verdict, self.subject) = (verdict, subject)
        // One line a finding, also where an error speaks in several.
        self.text = text.split(whereSeparator: \.isWhitespace).joined(separator: " ").printable
    }
}
