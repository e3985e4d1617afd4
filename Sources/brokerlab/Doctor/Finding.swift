/// What the doctor says of one thing: a line.
struct Finding: Sendable, Hashable {
    /// How a thing is.
    enum Status: String, Sendable {
        /// As it should be.
        case ok
        /// There is something to know, but `bench` can measure every transport.
        case warn
        /// Without it, `bench` cannot measure every transport.
        case missing
    }

    var status: Status
    /// The thing, in a few words.
    var subject: String
    /// How it was found.
    var text: String
    /// The command that mends it, or the choice that avoids it; nil where the text says it already.
    var mend: String?

    /// All is well.
    static func ok(_ subject: String, _ text: String) -> Finding {
        Finding(status: .ok, subject: subject, text: text)
    }

    /// Something is odd.
    static func warn(_ subject: String, _ text: String, mend: String) -> Finding {
        Finding(status: .warn, subject: subject, text: text, mend: mend)
    }

    /// Something is needed.
    static func missing(_ subject: String, _ text: String, mend: String?) -> Finding {
        Finding(status: .missing, subject: subject, text: text, mend: mend)
    }
}

extension [Finding] {
    /// The findings as aligned lines, with the command that mends a thing at the end of its line.
    var lines: [String] {
        let width = map(\.subject.count).max() ?? 0
        return map { finding in
            let columns = [finding.status.rawValue.padded(to: 7), finding.subject.padded(to: width), finding.text]
            return columns.joined(separator: "  ") + (finding.mend.map { ". Mend: \($0)" } ?? "")
        }
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(0, width - count))
    }
}
