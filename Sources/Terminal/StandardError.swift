import Glibc
import Synchronization

/// Standard error, for what nobody has asked for: notices, progress, why a command fails.
///
/// Nothing depends on it. Where it is closed, full, broken, or read by nobody, what was to be said is dropped, and the
/// program goes on: an event loop that writes there must not wait for long either.
package enum StandardError {
    /// How long a reader may keep it from being written to, in milliseconds.
    private static let patience: Int32 = 100
    /// Whether the reader was waited for in vain, so that it is not waited for again until it reads.
    private static let isStuck = Mutex(false)

    /// Whether it is a terminal.
    package static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// The columns of the terminal; 80 where it is none.
    package static var width: Int {
        var size = winsize()
        let isKnown = isTerminal && ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return isKnown ? Int(size.ws_col) : 80
    }

    /// Writes a line, from any thread.
    package static func write(line: String) {
        write(Printable.text(line) + "\n")
    }

    /// Writes a line in the place of the one that was written so before; for a terminal only.
    package static func redraw(_ line: String) {
        // A line that wraps cannot be redrawn.
        write("\r\u{1b}[K" + Printable.text(String(line.prefix(width - 1))))
    }

    /// Takes back what ``redraw(_:)`` wrote.
    package static func erase() {
        write("\r\u{1b}[K")
    }

    private static func write(_ text: String) {
        isStuck.withLock { isStuck in
            var bytes = Array(text.utf8)[...]
            isStuck = Descriptor.write(&bytes, to: STDERR_FILENO, patience: isStuck ? 0 : patience) == EAGAIN
        }
    }
}
