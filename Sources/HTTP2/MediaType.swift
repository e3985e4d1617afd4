/// A media type, read where it lies (RFC 9110, 8.3.1): its names are compared without regard to case, and white space
/// around its parts means nothing.
package struct MediaType {
    /// Type and subtype.
    private let name: Range<Int>
    /// What follows, from the first semicolon on.
    private let parameters: Range<Int>

    package init(_ text: RawSpan) {
        // Step by step: an iterator would take memory for each in a debug build, in which allocations are counted.
        var end = 0
        while end < text.byteCount, text.byte(end) != UInt8(ascii: ";") { end &+= 1 }
        name = text.withoutBlanks(0..<end)
        parameters = end..<text.byteCount
    }

    /// Whether type and subtype are these, which are in small letters.
    /// - Parameter text: what the media type was read from.
    package func isNamed(_ name: StaticString, in text: RawSpan) -> Bool {
        text.equals(self.name, name)
    }

    /// Whether there is a parameter of that name, with that value as a token or a quoted string; both are in small letters.
    /// - Parameter text: what the media type was read from.
    package func has(_ name: StaticString, _ value: StaticString, in text: RawSpan) -> Bool {
        var offset = parameters.lowerBound
        while offset < parameters.upperBound {
            let start = offset &+ 1
            let (equalsSign, end) = parameter(from: start, in: text)
            if let equalsSign, text.equals(text.withoutBlanks(start..<equalsSign), name),
                text.isValue(text.withoutBlanks(equalsSign &+ 1..<end), value)
            {
                return true
            }
            offset = end
        }
        return false
    }

    /// Where the parameter that begins at `start` has its equals sign, and where it ends: not at a semicolon in quotes.
    private func parameter(from start: Int, in text: RawSpan) -> (equalsSign: Int?, end: Int) {
        var equalsSign: Int?
        var isQuoted = false
        var offset = start
        while offset < parameters.upperBound {
            switch text.byte(offset) {
            case UInt8(ascii: "\\") where isQuoted: offset &+= 1
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: ";") where !isQuoted: return (equalsSign, offset)
            case UInt8(ascii: "=") where !isQuoted && equalsSign == nil: equalsSign = offset
            default: break
            }
            offset &+= 1
        }
        return (equalsSign, parameters.upperBound)
    }
}

extension RawSpan {
    fileprivate func byte(_ offset: Int) -> UInt8 {
        unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    fileprivate func withoutBlanks(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, byte(start) == 0x20 || byte(start) == 0x09 { start &+= 1 }
        while start < end, byte(end &- 1) == 0x20 || byte(end &- 1) == 0x09 { end &-= 1 }
        return start..<end
    }

    /// Whether the bytes are `word`, whatever their case.
    fileprivate func equals(_ range: Range<Int>, _ word: StaticString) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        var index = 0
        while index < range.count {
            guard byte(range.lowerBound &+ index).inSmallLetters == word.utf8Start[index] else { return false }
            index &+= 1
        }
        return true
    }

    /// Whether the bytes are `value`, whatever their case, as a token or as a quoted string (RFC 9110, 5.6.4).
    fileprivate func isValue(_ range: Range<Int>, _ value: StaticString) -> Bool {
        guard range.count >= 2, byte(range.lowerBound) == UInt8(ascii: "\"") else { return equals(range, value) }
        var (offset, index) = (range.lowerBound &+ 1, 0)
        while offset < range.upperBound &- 1, index < value.utf8CodeUnitCount {
            if byte(offset) == UInt8(ascii: "\\") { offset &+= 1 }
            guard byte(offset).inSmallLetters == value.utf8Start[index] else { return false }
            (offset, index) = (offset &+ 1, index &+ 1)
        }
        return offset == range.upperBound &- 1 && index == value.utf8CodeUnitCount
            && byte(offset) == UInt8(ascii: "\"")
    }
}

extension UInt8 {
    fileprivate var inSmallLetters: UInt8 { self &- UInt8(ascii: "A") < 26 ? self | 0x20 : self }
}
