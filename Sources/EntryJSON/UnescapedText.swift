import CText

/// The strings of a JSON text that have escapes, written without them, one behind the other.
struct UnescapedText {
    /// The most memory that a reader keeps for itself from one text to the next, in bytes.
    static let maxIdleBytes = 256 * 1024

    /// Every byte has a value; those from ``count`` on mean nothing.
    private(set) var memory: [UInt8]
    /// How many bytes there are of the strings.
    private(set) var count = 0

    /// - Parameter memory: is used as far as it goes.
    init(_ memory: consuming [UInt8]) {
        self.memory = memory
    }

    /// Appends what the string stands for that begins at `start`, behind its quotation mark.
    mutating func append(_ text: RawSpan, from start: Int) -> json_string {
        // No string is longer than it is written: what is room for the text's first is room for all, so that nothing is lost here.
        reserve(count &+ (text.byteCount &- start) &+ TEXT_SLACK)
        let begin = count
        let string = text.withUnsafeBytes { text in
            memory.withUnsafeMutableBytes {
                json_unescape(text.baseAddress, start, text.count, $0.baseAddress?.advanced(by: begin))
            }
        }
        count &+= string.length
        return string
    }

    private mutating func reserve(_ needed: Int) {
        guard memory.count < needed else { return }
        if needed > Self.maxIdleBytes, needed <= LongTextMemory.maxPieceBytes {
            memory = LongTextMemory.shared.take()
            if memory.count >= needed { return }
        }
        memory = [UInt8](repeating: 0, count: needed)
    }
}
