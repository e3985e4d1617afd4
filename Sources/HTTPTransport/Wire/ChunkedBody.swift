/// A body in the chunked transfer coding (RFC 9112, 7.1), put together as it comes.
struct ChunkedBody {
    private enum State {
        case size
        case data(remaining: Int)
        case dataEnd
        case trailer
    }

    /// The longest line of a chunk's size with its extensions, and of a trailer field.
    private static let maxLineBytes = 1024

    /// The body so far.
    private(set) var content: [UInt8] = []
    private var state = State.size
    private var trailerBytes = 0
    private let maxBytes: Int

    /// - Parameter maxBytes: the longest body that is accepted.
    init(maxBytes: Int) {
        self.maxBytes = maxBytes
    }

    /// Takes what can be taken of `bytes`.
    /// - Returns: how many bytes were taken, and whether the body is complete.
    mutating func take(_ bytes: RawSpan) throws(HTTPFault) -> (taken: Int, isComplete: Bool) {
        var offset = 0
        while offset < bytes.byteCount {
            switch state {
            case .size:
                guard let line = try line(of: bytes, from: offset) else { return (offset, false) }
                let size = try Self.size(line, of: bytes)
                guard content.count + size <= maxBytes else {
                    throw HTTPFault(413, "the body exceeds the limit of \(maxBytes) bytes")
                }
                state = size == 0 ? .trailer : .data(remaining: size)
                offset = line.upperBound &+ 2
            case .data(let remaining):
                let count = min(remaining, bytes.byteCount &- offset)
                bytes.extracting(offset..<offset &+ count).withUnsafeBytes { content.append(contentsOf: $0) }
                offset &+= count
                state = count == remaining ? .dataEnd : .data(remaining: remaining - count)
            case .dataEnd:
                guard bytes.byteCount &- offset >= 2 else { return (offset, false) }
                guard bytes[offset] == 0x0D, bytes[offset &+ 1] == 0x0A else {
                    throw HTTPFault(400, "a chunk is longer than it says")
                }
                offset &+= 2
                state = .size
            case .trailer:
                guard let line = try line(of: bytes, from: offset) else { return (offset, false) }
                offset = line.upperBound &+ 2
                if line.isEmpty { return (offset, true) }
                trailerBytes &+= line.count
                guard trailerBytes <= MessageHead.maxBytes else { throw .headTooLarge }
            }
        }
        return (offset, false)
    }

    private func line(of bytes: RawSpan, from start: Int) throws(HTTPFault) -> Range<Int>? {
        let end = try bytes.endOfLine(from: start)
        guard (end ?? bytes.byteCount) - start <= Self.maxLineBytes else {
            throw HTTPFault(400, "a chunk's line is too long")
        }
        return end.map { start..<$0 }
    }

    private static func size(_ line: Range<Int>, of bytes: RawSpan) throws(HTTPFault) -> Int {
        var size = 0
        var digits = 0
        for index in line {
            guard let digit = Character(UnicodeScalar(bytes[index])).hexDigitValue else { break }
            size = size << 4 | digit
            digits += 1
            guard digits <= 15 else { throw HTTPFault(400, "the size of a chunk is not a number") }
        }
        let rest = bytes.trimmed(line.lowerBound + digits..<line.upperBound)
        guard digits > 0, rest.isEmpty || bytes[rest.lowerBound] == UInt8(ascii: ";") else {
            throw HTTPFault(400, "the size of a chunk is not a number")
        }
        return size
    }
}
