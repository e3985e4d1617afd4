import BenchmarkKit
import Broker

/// Where `send` has its entries from.
///
/// Unchecked: asked on the connection's event loop only, by workers that are isolated to the connection, so that entries are
/// handed to the connection in the order of their numbers.
final class EntrySource: LoadSource, @unchecked Sendable {
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
    private var number: UInt64 = 0

    /// - Parameter count: after how many entries it ends, if not before.
    init(_ template: Template, text: String, count: UInt64) {
        (self.template, self.text, self.count, lines) = (template, text, count, nil)
    }

    /// - Parameter count: after how many lines it ends, if not before.
    init(_ template: Template, lines: LineReader, count: UInt64) {
        (self.template, text, self.count, self.lines) = (template, "", count, lines)
    }

    /// Takes the next entry; with a run, the first one has the sequence number 0.
    func take() -> SourcedEntry {
        guard number < count else { return .end }
        guard let lines else { return .entry(entry(text)) }
        switch lines.take() {
        case .line(let text): return .entry(entry(text))
        case .tooLong:
            number += 1
            return .unfit(
                TransportError(.notSent, "line \(number) exceeds the limit of \(lines.maxLineBytes) bytes for an entry")
            )
        case .none: return .none
        case .end: return .end
        }
    }

    private func entry(_ text: String) -> LogEntry {
        defer { number += 1 }
        let stamp = template.run.map { RunStamp(run: $0, sequence: number, sentAt: MonotonicClock.wallTime) }
        return LogEntry(name: template.name, data: text, severity: template.severity, stamp: stamp)
    }

    /// Waits until ``take()`` is worth another try.
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
