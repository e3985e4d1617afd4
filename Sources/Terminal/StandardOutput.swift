import Glibc
import Synchronization

/// Standard output, for what a command was asked for: written whole, or an error.
package enum StandardOutput {
    private static let turn = Mutex(())

    /// Writes a text, from any thread, one text after the other.
    ///
    /// Waits for a reader that is slow.
    /// - Throws: ``OutputError`` when it is closed, full or broken.
    package static func write(_ text: String) throws(OutputError) {
        let failure = turn.withLock { _ in
            var bytes = Array(Printable.text(text).utf8)[...]
            return Descriptor.write(&bytes, to: STDOUT_FILENO, patience: nil)
        }
        if let failure { throw OutputError(of: "standard output", errorNumber: failure) }
    }
}

/// Why what was asked for could not be said.
package struct OutputError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was attempted, and why it failed; empty where nobody wants to know, as with a pipe whose reader has gone.
    package var description: String
    /// What the process ends with: 141, as a shell reports of a program that SIGPIPE ended, for a pipe whose reader has
    /// gone; 74 otherwise, EX_IOERR of `sysexits.h`.
    package var exitCode: Int32

    init(of stream: String, errorNumber: Int32) {
        guard errorNumber != EPIPE else {
            description = ""
            exitCode = 128 + SIGPIPE
            return
        }
        description = "cannot write to \(stream): \(String(cString: strerror(errorNumber)).lowercased())"
        exitCode = EX_IOERR
    }
}
