import Broker

/// Where `send` has its entries from.
///
/// Unchecked: asked on the connection's event loop only, by workers that are isolated to the connection, so that entries are
/// handed to the connection in the order of their numbers.
final class EntrySource: @unchecked Sendable {
    /// What there is to send.
    enum Next {
        /// An entry's text, with its number, counted from 0 on.
        case entry(UInt64, String)
        /// An entry that is not to be sent, and why.
        case unfit(UInt64, TransportError)
        /// A line that has not come yet: ``EntrySource/wait()`` for it.
        case none
        /// There are no more.
        case end
    }

    /// The lines of standard input; nil for a text that was given.
    let lines: LineReader?
    private let text: String
    private let count: UInt64
    private var number: UInt64 = 0

    /// - Parameter count: after how many entries it ends, if not before.
    init(text: String, count: UInt64) {
        (self.text, self.count, lines) = (text, count, nil)
    }

    /// - Parameter count: after how many lines it ends, if not before.
    init(lines: LineReader, count: UInt64) {
        (text, self.count, self.lines) = ("", count, lines)
    }

    /// Takes the next entry.
    func take() -> Next {
        guard number < count else { return .end }
        guard let lines else {
            number += 1
            return .entry(number - 1, text)
        }
        switch lines.take() {
        case .line(let text):
            number += 1
            return .entry(number - 1, text)
        case .tooLong:
            number += 1
            return .unfit(
                number - 1,
                TransportError(.notSent, "line \(number) exceeds the limit of \(lines.maxLineBytes) bytes for an entry")
            )
        case .none: return .none
        case .end: return .end
        }
    }

    /// Waits until ``take()`` is worth another try.
    func wait() async {
        await lines?.wait()
    }

    /// Nobody is to wait for a line any more.
    func stop() {
        lines?.stop()
    }
}
