/// The last lines of a text that is long, or comes to no end.
struct LastLines: Sendable {
    /// The most lines that are kept.
    static let limit = 8
    /// The most characters that are kept of a line.
    static let lineLimit = 400
    private(set) var lines: [String] = []

    mutating func append(_ line: String) {
        let line = line.last == "\n" ? line.dropLast() : line[...]
        guard !line.isEmpty else { return }
        if lines.count == Self.limit { lines.removeFirst() }
        lines.append(String(line.prefix(Self.lineLimit)))
    }

    /// The lines behind a sentence that announces them; empty where there are none.
    var asQuotation: String {
        lines.isEmpty ? "" : " Its last words:\n" + lines.map { "  \($0)" }.joined(separator: "\n")
    }
}
