import BenchmarkResults
import Synchronization
import Terminal

/// Progress on standard error: one line redrawn in place on a terminal, else one plain line a cell.
package final class StandardErrorProgress: ProgressSink {
    private let isTerminal = StandardError.isTerminal
    private let lineIsOpen = Mutex(false)
    private let rows = Mutex<(count: Int, invalid: [ResultRow])>((0, []))

    /// Creates a sink that looks at what standard error is.
    package init() {}

    /// Shows an event.
    package func show(_ event: ProgressEvent) {
        switch event {
        case .measuringLayers: redraw("timing codecs and protocols by themselves")
        case .starting: redraw("starting logger and load generator")
        case .placed(let cores): settle("placement: \(cores)")
        case .measuring(let planned, let count, let soFar, let secondsLeft):
            redraw(ProgressText.measuring(planned, of: count, soFar: soFar, secondsLeft: secondsLeft))
        case .measured(let row, let planned, let count, let secondsLeft):
            let line = ProgressText.measured(row, planned, of: count, secondsLeft: secondsLeft)
            // A line that is worth reading later stays on a terminal, too.
            if !isTerminal || !row.isValid { settle(line) }
            if let warning = warning(with: row) { settle(warning) }
        case .ended: erase()
        }
    }

    /// Counts a row; what to do, once many are not valid.
    private func warning(with row: ResultRow) -> String? {
        rows.withLock { rows in
            rows.count += 1
            guard !row.isValid else { return nil }
            rows.invalid.append(row)
            return rows.invalid.count == ProgressText.manyInvalid
                ? ProgressText.warning(rows.invalid, of: rows.count) : nil
        }
    }

    /// Shows a line that the next one takes the place of; on a terminal only.
    private func redraw(_ line: String) {
        guard isTerminal else { return }
        lineIsOpen.withLock { isOpen in
            StandardError.redraw(line)
            isOpen = true
        }
    }

    private func settle(_ line: String) {
        erase()
        StandardError.write(line: line)
    }

    private func erase() {
        lineIsOpen.withLock { isOpen in
            if isOpen { StandardError.erase() }
            isOpen = false
        }
    }
}
