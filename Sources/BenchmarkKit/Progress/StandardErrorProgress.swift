import BenchmarkResults
import Glibc
import Synchronization

/// Progress on standard error: one line redrawn in place on a terminal, else one plain line a cell.
public final class StandardErrorProgress: ProgressSink {
    private let isTerminal: Bool
    private let width: Int
    private let lineIsOpen = Mutex(false)

    /// Creates a sink that looks at what standard error is.
    public init() {
        isTerminal = isatty(STDERR_FILENO) == 1
        var size = winsize()
        let known = isTerminal && ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        width = known ? Int(size.ws_col) : 80
    }

    /// Shows an event.
    public func show(_ event: ProgressEvent) {
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
            // A line that wraps cannot be redrawn.
            write("\r\u{1b}[K" + line.prefix(width - 1))
            isOpen = true
        }
    }

    private func settle(_ line: String) {
        lineIsOpen.withLock { isOpen in
            write((isOpen ? "\r\u{1b}[K" : "") + line + "\n")
            isOpen = false
        }
    }

    private func erase() {
        lineIsOpen.withLock { isOpen in
            if isOpen { write("\r\u{1b}[K") }
            isOpen = false
        }
    }

    private func write(_ text: String) {
        // Progress that cannot be shown is no reason to stop.
        _ = text.utf8CString.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count - 1) }
    }
}
