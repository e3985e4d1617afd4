import Dispatch
import Synchronization

/// Where `send` has its entries from, each with its number, counted from 0 on.
final class EntrySource: Sendable {
    private let text: String?
    private let count: UInt64
    private let lines: LineReader?
    private let taken = Atomic<UInt64>(0)

    /// The same text a number of times.
    init(text: String, count: Int) {
        self.text = text
        self.count = UInt64(count)
        self.lines = nil
    }

    /// The lines of a file.
    init(lines: LineReader) {
        self.text = nil
        self.count = .max
        self.lines = lines
    }

    /// The next entry; nil after the last.
    func next() async -> (number: UInt64, text: String)? {
        if let lines {
            guard let line = await lines.next() else { return nil }
            return (taken.add(1, ordering: .relaxed).oldValue, line)
        }
        let number = taken.add(1, ordering: .relaxed).oldValue
        guard number < count, let text else { return nil }
        return (number, text)
    }
}

/// Standard input, line by line, read on a thread of its own: waiting for a slow writer holds up no event loop.
struct LineReader: Sendable {
    private let queue = DispatchQueue(label: "standard input")

    /// The next line; nil at the end.
    func next() async -> String? {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: readLine()) }
        }
    }
}
