/// Strings (RFC 8259, 7).
extension JSONCursor {
    @_lifetime(self: copy self)
    mutating func string() throws(EntryJSONError) -> StringRange {
        try expect(UInt8(ascii: "\""))
        let start = position
        var bits: UInt64 = 0
        let end = text.firstSpecial(from: start, bits: &bits)
        guard end < text.byteCount else {
            position = text.byteCount
            throw unexpected("the end of the string that starts at byte \(start - 1)")
        }
        guard text.unsafeLoad(fromByteOffset: end, as: UInt8.self) == UInt8(ascii: "\"") else {
            return try stringWithEscapes(from: start, firstSpecial: end, bits: bits)
        }
        if bits & EightBytes.highs != 0 { try checkUTF8(text.extracting(start..<end), start) }
        position = end &+ 1
        return StringRange(bounds: start..<end)
    }

    @_lifetime(self: copy self)
    private mutating func stringWithEscapes(
        from start: Int, firstSpecial: Int, bits: UInt64
    ) throws(EntryJSONError) -> StringRange {
        var (bits, end) = (bits, firstSpecial)
        let first = unescaped.count
        text.extracting(start..<end).withUnsafeBytes { unescaped.append(contentsOf: $0) }
        while true {
            position = end
            guard end < text.byteCount else {
                throw unexpected("the end of the string that starts at byte \(start - 1)")
            }
            switch text.unsafeLoad(fromByteOffset: end, as: UInt8.self) {
            case UInt8(ascii: "\""):
                // An escape is a whole character, so what was not UTF-8 before is none now.
                if bits & EightBytes.highs != 0 { try checkUTF8(unescaped.span.bytes.extracting(first...), start) }
                position = end &+ 1
                return StringRange(bounds: first..<unescaped.count, isUnescaped: true)
            case UInt8(ascii: "\\"):
                try escape()
            default:
                throw unexpected("an escape sequence instead of a bare control character")
            }
            // For what is short, making room costs more than it gains.
            if text.byteCount &- position >= Self.leastRoom {
                text.withUnsafeBytes { bytes in
                    Self.unescape(bytes, from: &position, into: &unescaped, first: first, bits: &bits)
                }
            }
            let runStart = position
            end = text.firstSpecial(from: runStart, bits: &bits)
            text.extracting(runStart..<end).withUnsafeBytes { unescaped.append(contentsOf: $0) }
        }
    }

    /// In bytes.
    private static var leastRoom: Int { 256 }

    /// Appends what follows to `output`, eight bytes at a time, as long as it is plain or escaped with one letter; stops
    /// somewhere before anything else.
    private static func unescape(
        _ bytes: UnsafeRawBufferPointer, from position: inout Int, into output: inout [UInt8], first: Int,
        bits: inout UInt64
    ) {
        // As much again as there is: a text of many strings is not paid for with its length for each of them.
        let room = min(bytes.count &- position, max(leastRoom, output.count &- first))
        let begin = output.count
        output.append(contentsOf: repeatElement(0, count: room))
        var (start, written, seen) = (position, 0, bits)
        output.withUnsafeMutableBytes { output in
            while start &+ 8 <= bytes.count, written &+ 8 <= room {
                let memory = bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self)
                output.storeBytes(of: memory, toByteOffset: begin &+ written, as: UInt64.self)
                let word = EightBytes(memory)
                guard let plain = word.firstSpecial else {
                    seen |= word.value
                    start &+= 8
                    written &+= 8
                    continue
                }
                seen |= word.value & ~(UInt64.max &<< UInt64(truncatingIfNeeded: plain &* 8))
                start &+= plain
                written &+= plain
                guard bytes[start] == UInt8(ascii: "\\"), start &+ 1 < bytes.count,
                    let character = character(escapedAs: bytes[start &+ 1])
                else { break }
                output[begin &+ written] = character
                start &+= 2
                written &+= 1
            }
        }
        output.removeLast(room &- written)
        position = start
        bits = seen
    }

    /// What a reverse solidus and `letter` stand for; nil where more than that is needed, or it is no escape sequence.
    @inline(__always)
    private static func character(escapedAs letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): letter
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    @_lifetime(self: copy self)
    private mutating func escape() throws(EntryJSONError) {
        guard position &+ 1 < text.byteCount else { throw unexpected("an escape sequence") }
        let letter = text.unsafeLoad(fromByteOffset: position &+ 1, as: UInt8.self)
        if letter == UInt8(ascii: "u") { return try unicodeEscape() }
        guard let character = Self.character(escapedAs: letter) else { throw unexpected("an escape sequence") }
        unescaped.append(character)
        position &+= 2
    }

    /// `\uXXXX`, or two of them where they form a surrogate pair.
    @_lifetime(self: copy self)
    private mutating func unicodeEscape() throws(EntryJSONError) {
        let first = try codeUnit()
        var scalar = UInt32(first)
        if UTF16.isLeadSurrogate(first) {
            let second = try codeUnit()
            guard UTF16.isTrailSurrogate(second) else { throw unexpected("the second half of a surrogate pair") }
            scalar = 0x10000 + (UInt32(first & 0x3FF) << 10 | UInt32(second & 0x3FF))
        }
        guard let scalar = UnicodeScalar(scalar), let encoded = UTF8.encode(scalar) else {
            throw unexpected("the first half of a surrogate pair")
        }
        unescaped.append(contentsOf: encoded)
    }

    @_lifetime(self: copy self)
    private mutating func codeUnit() throws(EntryJSONError) -> UInt16 {
        guard position &+ 6 <= text.byteCount,
            text.unsafeLoad(fromByteOffset: position, as: UInt8.self) == UInt8(ascii: "\\"),
            text.unsafeLoad(fromByteOffset: position &+ 1, as: UInt8.self) == UInt8(ascii: "u")
        else { throw unexpected(#"\u and four hexadecimal digits"#) }
        var value: UInt16 = 0
        for offset in (position &+ 2)..<(position &+ 6) {
            let digit = text.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
            guard let digit = Character(UnicodeScalar(digit)).hexDigitValue else {
                throw unexpected(#"\u and four hexadecimal digits"#)
            }
            value = value << 4 | UInt16(digit)
        }
        position &+= 6
        return value
    }

    private func checkUTF8(_ bytes: RawSpan, _ start: Int) throws(EntryJSONError) {
        do {
            _ = try UTF8Span(validating: Span(_bytes: bytes))
        } catch {
            throw EntryJSONError("the string that starts at byte \(start) is not UTF-8")
        }
    }
}
