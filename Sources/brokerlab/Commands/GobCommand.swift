import ArgumentParser
import Foundation
import Gob
import Terminal

/// The command `brokerlab gob`.
struct GobCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gob",
        abstract: "Prints a stream of gobs (Go's encoding/gob) as text, with its types.",
        discussion: """
            A line for every type that the stream defines, then a line for every value. A damaged stream is shown up to the \
            damage, which a line beginning with // tells. Values of a pipe are printed as they arrive. Exits 0 when the whole \
            stream could be read.

            EXAMPLES
              brokerlab gob cache.gob
              brokerlab gob < cache.gob
              nc -l 127.0.0.1 5001 | brokerlab gob      what a net/rpc client sends
            """)

    @Argument(help: ArgumentHelp("The file to read; standard input if left out, or -.", valueName: "file"))
    var file: String?

    func run() throws {
        let source = try open()
        var text = GobStreamText()
        var output = PiecewiseOutput()
        while let bytes = try read(source) {
            text.append(bytes.span.bytes, to: &output)
            try output.flush()
        }
        text.end(to: &output)
        try output.flush()
        if text.isDamaged { throw ExitStatus.missed.exitCode }
    }

    /// The descriptor to read from, which ends with the process.
    private func open() throws -> Int32 {
        guard let file, file != "-" else { return STDIN_FILENO }
        let descriptor = Foundation.open(file, O_RDONLY)
        guard descriptor >= 0 else { throw unreadable(file) }
        return descriptor
    }

    /// The next bytes, as many as are there; nil at the end.
    private func read(_ descriptor: Int32) throws -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 256 * 1024)
        var count = -1
        repeat {
            count = Foundation.read(descriptor, &buffer, buffer.count)
        } while count < 0 && errno == EINTR
        guard count >= 0 else { throw unreadable(file ?? "standard input") }
        return count == 0 ? nil : Array(buffer.prefix(count))
    }

    private func unreadable(_ source: String) -> ValidationError {
        ValidationError(
            "cannot read \(source): \(String(cString: strerror(errno))). Give a file of gobs, or - for standard input.")
    }
}

/// Standard output that takes a long text in pieces: a value's text is never in memory as a whole.
private struct PiecewiseOutput: TextOutputStream {
    private static let pieceBytes = 64 * 1024

    private var piece = ""
    private var failure: OutputError?

    mutating func write(_ string: String) {
        piece += string
        guard piece.utf8.count >= Self.pieceBytes, failure == nil else { return }
        do throws(OutputError) {
            try flush()
        } catch {
            failure = error
            piece = ""
        }
    }

    /// Writes what there is.
    /// - Throws: ``OutputError`` when that, or an earlier piece, could not be written.
    mutating func flush() throws(OutputError) {
        if let failure { throw failure }
        try StandardOutput.write(piece)
        piece.removeAll(keepingCapacity: true)
    }
}
