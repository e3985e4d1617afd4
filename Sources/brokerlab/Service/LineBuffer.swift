/// Bytes that were read and are cut into lines; of a line that is too long, no more is kept than shows that it is.
struct LineBuffer {
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    private var bytes: [UInt8] = []
    /// Where the next line begins.
    private var start = 0
    /// There is no line break from `start` to here.
    private var searched = 0
    /// How many bytes came since the last line break, those that were not kept included.
    private var tail = 0

    /// Whether there is a line that is complete.
    var hasLine: Bool { bytes[searched...].contains(Self.lineFeed) }

    /// The number of lines, the last of which may lack its line break.
    var lineCount: Int {
        let rest = bytes[start...]
        return rest.count { $0 == Self.lineFeed } + (rest.isEmpty || rest.last == Self.lineFeed ? 0 : 1)
    }

    /// Takes the next line, without LF or CR LF.
    /// - Parameter atEnd: whether the last line may lack its line break.
    mutating func next(atEnd: Bool) -> ArraySlice<UInt8>? {
        let end = bytes[searched...].firstIndex(of: Self.lineFeed)
        searched = bytes.count
        guard let end = end ?? (atEnd && start < bytes.count ? bytes.count : nil) else { return nil }
        var line = bytes[start..<end]
        start = min(end + 1, bytes.count)
        searched = start
        if line.last == Self.carriageReturn, end < bytes.count { line.removeLast() }
        return line
    }

    /// Appends what was read.
    /// - Returns: The number of line breaks in it.
    mutating func append(_ chunk: ArraySlice<UInt8>, maxLineBytes: Int) -> Int {
        bytes.removeSubrange(..<start)
        searched -= start
        start = 0
        guard tail + chunk.count > maxLineBytes else {
            bytes += chunk
            tail = chunk.lastIndex(of: Self.lineFeed).map { chunk.endIndex - $0 - 1 } ?? tail + chunk.count
            return chunk.count { $0 == Self.lineFeed }
        }
        // One byte more than the longest line has, and another one for its CR.
        let kept = maxLineBytes + 2
        let lines = chunk.split(separator: Self.lineFeed, omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            if index > 0 {
                bytes.append(Self.lineFeed)
                tail = 0
            }
            bytes += line.prefix(max(0, kept - tail))
            tail += line.count
        }
        return lines.count - 1
    }
}
