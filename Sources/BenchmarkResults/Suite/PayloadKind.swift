/// What the texts of the entries are made of.
package enum PayloadKind: Sendable, Hashable, Codable {
    /// Random printable characters, which nothing on the way can compress or recognise.
    case random
    /// The lines of a file of log lines, joined or cut to the length asked for.
    case lines(path: String)

    /// The name in the report: `random` or `lines`.
    package var name: String {
        switch self {
        case .random: "random"
        case .lines: "lines"
        }
    }
}
