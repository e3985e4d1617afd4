/// The lines of a file, from which texts of any length are made.
package struct LogLines: Sendable {
    private let lines: [[UInt8]]

    /// Reads a file of UTF-8.
    /// - Throws: ``BenchmarkError`` when it cannot be read, or holds no text.
    package init(path: String) throws(BenchmarkError) {
        guard let text = SmallFile.text(at: path) else {
            throw BenchmarkError("cannot read the log lines in '\(path)'. Name another file: 'payload: {lines: FILE}'.")
        }
        lines = text.split(whereSeparator: \.isNewline).map { Array($0.utf8) }
        guard !lines.isEmpty else {
            throw BenchmarkError("'\(path)' holds no line of text. Name another file at 'payload: {lines: FILE}'.")
        }
    }

    /// The number of lines.
    package var count: Int { lines.count }

    /// Exactly so many bytes of UTF-8: the line with that number and those behind it, cut between two characters and filled
    /// with spaces.
    package func text(byteCount: Int, from first: Int) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        var line = first
        while bytes.count < byteCount {
            bytes += lines[line % lines.count]
            bytes.append(UInt8(ascii: "\n"))
            line += 1
        }
        bytes.removeLast(bytes.count - byteCount)
        return Self.whole(bytes)
    }

    /// The text, with spaces in place of a last character that was cut.
    private static func whole(_ bytes: [UInt8]) -> String {
        var bytes = bytes
        // RFC 3629, section 3: bytes of 10xxxxxx follow the first one of a character, 11xxxxxx.
        var start = bytes.count
        while start > 0, bytes[start - 1] & 0xC0 == 0x80 { start -= 1 }
        if start > 0, bytes[start - 1] & 0xC0 == 0xC0 { start -= 1 }
        if String(validating: bytes[start...], as: UTF8.self) == nil {
            for index in start..<bytes.count { bytes[index] = UInt8(ascii: " ") }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
