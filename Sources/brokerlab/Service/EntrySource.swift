import BenchmarkKit
import Broker
import Synchronization

/// Where `send` has its entries from.
///
/// Those of one connection are handed to it in the order of their numbers.
final class EntrySource: LoadSource {
    /// What all entries have in common.
    struct Template: Sendable {
        var name: String
        var severity = Severity.info
        /// The run that they are counted under; nil for none.
        var run: String?
    }

    /// The lines of standard input; nil for a text that was given.
    let lines: LineReader?
    private let template: Template
    private let text: String
    private let count: UInt64
    /// How many times the text was taken, or was tried to be.
    private let taken = Atomic<UInt64>(0)

    /// - Parameter count: after how many entries it ends, if not before.
    init(_ template: Template, text: String, count: UInt64) {
        (self.template, self.text, self.count, lines) = (template, text, count, nil)
    }

    /// - Parameter count: after how many lines it ends, if not before.
    init(_ template: Template, lines: LineReader, count: UInt64) {
        (self.template, text, self.count, self.lines) = (template, "", count, lines)
    }

    /// Takes the next entry; with a run, the first one has the sequence number 0.
    func take(due: UInt64?) -> SourcedEntry {
        guard let lines else {
            let number = taken.wrappingAdd(1, ordering: .relaxed).oldValue
            return number < count ? .entry(entry(text, number, due)) : .end
        }
        switch lines.take(upTo: count) {
        case .line(let text, let number): return .entry(entry(text, number, due))
        case .tooLong(let number):
            let limit = "the limit of \(lines.maxLineBytes) bytes for an entry"
            return .unfit(TransportError(.notSent, "line \(number + 1) exceeds \(limit)"))
        case .none: return .none
        case .end: return .end
        }
    }

    /// An entry of a run says when it was to be sent.
    private func entry(_ text: String, _ number: UInt64, _ due: UInt64?) -> LogEntry {
        let stamp = template.run.map { run in
            let late = due.map { Int64(truncatingIfNeeded: MonotonicClock.now &- $0) } ?? 0
            return RunStamp(run: run, sequence: number, sentAt: MonotonicClock.wallTime &- late)
        }
        return LogEntry(name: template.name, data: text, severity: template.severity, stamp: stamp)
    }

    /// Whether there are no more, as far as is known.
    var isAtEnd: Bool { lines?.isAtEnd(of: count) ?? (taken.load(ordering: .relaxed) >= count) }

    /// Waits until ``take(due:)`` is worth another try.
    func wait() async {
        await lines?.wait()
    }

    /// Whoever waits for a line is to look at the time.
    func release() {
        lines?.release()
    }

    /// Nobody is to wait for a line any more.
    func stop() {
        lines?.stop()
    }
}
