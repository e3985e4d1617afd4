import BenchmarkResults
import Synchronization
import Terminal

/// Progress on standard error: one line redrawn in place on a terminal, else one plain line a cell.
package final class StandardErrorProgress: ProgressSink {
    private let isTerminal = StandardError.isTerminal
    private let lineIsOpen = Mutex(false)

    /// Creates a sink that looks at what standard error is.
    package init() {}

    /// Shows an event.
    package func show(_ event: ProgressEvent) {
        switch event {
        case .measuringLayers: redraw("timing codecs and protocols by themselves")
        case .startingLogger: redraw("starting the logger")
        case .measuring(let planned, let count, let soFar, let secondsLeft):
            redraw(ProgressText.measuring(planned, of: count, soFar: soFar, secondsLeft: secondsLeft))
        case .measured(let row, let planned, let count, let secondsLeft):
            let line = ProgressText.measured(row, planned, of: count, secondsLeft: secondsLeft)
            // A line that is worth reading later stays on a terminal, too.
            if !isTerminal || !row.isValid { settle(line) }
        case .ended: erase()
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
