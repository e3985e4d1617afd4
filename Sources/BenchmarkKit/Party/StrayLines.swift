/// The lines of a party's standard output that are no JSON objects, which it is to leave to its standard error.
struct StrayLines: Sendable {
    /// How many there are.
    private(set) var count = 0
    /// The first of them, as far as it is kept.
    private(set) var first: String?

    /// Counts a line if it is one: an object begins with a brace, whatever else is wrong with it is found by its reader.
    mutating func look(at line: String) {
        guard let begin = line.first(where: { !$0.isWhitespace }), begin != "{" else { return }
        count += 1
        if first == nil { first = String(line.prefix { !$0.isNewline }.prefix(80)) }
    }
}
