/// Where a page of the latest entries begins: for each event loop of the ledger, behind which of the entries that it brought.
///
/// As text, which is what a `Link` field has, the numbers with dots between them: `15`, or `15.7`.
struct EntryCursor: Sendable, Equatable {
    /// Of each loop, the entries before that number are left.
    let numbers: [UInt64]

    init(_ numbers: [UInt64]) {
        self.numbers = numbers
    }

    /// Reads a cursor; nil for what is none of a ledger of so many loops.
    init?(_ text: String, loops: Int) {
        numbers = text.split(separator: ".", omittingEmptySubsequences: false).compactMap { UInt64($0) }
        guard numbers.count == loops, self.text == text else { return nil }
    }

    var text: String { numbers.map(String.init).joined(separator: ".") }
}
