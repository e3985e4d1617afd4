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
            if text.byteCount &- position >= Self.leastRest {
                text.withUnsafeBytes { bytes in
                    Self.unescape(bytes, from: &position, into: &unescaped, first: first, bits: &bits)
                }
            }
            let runStart = position
            end = text.firstSpecial(from: runStart, bits: &bits)
            text.extracting(runStart..<end).withUnsafeBytes { unescaped.append(contentsOf: $0) }
        }
    }

    /// The shortest rest of a text for which room is made, in bytes.
    private static var leastRest: Int { 256 }
    /// The first room of a string, in bytes: a text may hold many short strings.
    private static var firstRoom: Int { 64 }

    /// What one step of ``unescape(_:from:into:first:bits:)`` writes at most, in bytes: up to seven plain ones and a
    /// character of up to four, rounded up.
    private static var mostPerStep: Int { 12 }

    /// Appends what follows to `output`, eight bytes at a time, as long as it is plain or escaped as it has to be; stops
    /// somewhere before anything else.
    ///
    /// It stops within a string only where that is damaged, near the text's end, or when it has filled its room: each room
    /// is then as large as all that was written before, so that the string costs no more than in proportion to its length.
    private static func unescape(
        _ bytes: UnsafeRawBufferPointer, from position: inout Int, into output: inout [UInt8], first: Int,
        bits: inout UInt64
    ) {
        // As much again as there is: a text of many strings is not paid for with its length for each of them.
        let room = min(bytes.count &- position, max(firstRoom, output.count &- first))
        let begin = output.count
        output.append(contentsOf: repeatElement(0, count: room))
        var (start, written, seen) = (position, 0, bits)
        output.withUnsafeMutableBytes { output in
            while start &+ 8 <= bytes.count, written &+ Self.mostPerStep <= room {
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
                guard bytes[start] == UInt8(ascii: "\\"), start &+ 1 < bytes.count else { break }
                let letter = bytes[start &+ 1]
                if let character = character(escapedAs: letter) {
                    output[begin &+ written] = character
                    start &+= 2
                    written &+= 1
                } else if letter == UInt8(ascii: "u"), let (scalar, length) = scalar(of: bytes, at: start) {
                    written &+= write(scalar, to: output, at: begin &+ written)
                    start &+= length
                } else {
                    break
                }
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

    /// The scalar that `\uXXXX` at `start`, or a surrogate pair of them, stands for, and the length of the escape; nil where
    /// there is no such escape.
    @inline(__always)
    private static func scalar(of bytes: UnsafeRawBufferPointer, at start: Int) -> (scalar: UInt32, length: Int)? {
        guard let first = codeUnit(of: bytes, at: start) else { return nil }
        guard UTF16.isLeadSurrogate(first) else { return UTF16.isTrailSurrogate(first) ? nil : (UInt32(first), 6) }
        guard start &+ 8 <= bytes.count, bytes[start &+ 6] == UInt8(ascii: "\\"),
            bytes[start &+ 7] == UInt8(ascii: "u"), let second = codeUnit(of: bytes, at: start &+ 6),
            UTF16.isTrailSurrogate(second)
        else { return nil }
        return (0x10000 &+ (UInt32(first & 0x3FF) &<< 10 | UInt32(second & 0x3FF)), 12)
    }

    /// The number that the four digits of the escape at `start` are.
    @inline(__always)
    private static func codeUnit(of bytes: UnsafeRawBufferPointer, at start: Int) -> UInt16? {
        guard start &+ 6 <= bytes.count else { return nil }
        var value: UInt16 = 0
        for offset in (start &+ 2)..<(start &+ 6) {
            guard let digit = hexadecimalDigit(bytes[offset]) else { return nil }
            value = value &<< 4 | UInt16(digit)
        }
        return value
    }

    @inline(__always)
    private static func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
        let digit = byte &- UInt8(ascii: "0")
        if digit < 10 { return digit }
        let letter = (byte | 0x20) &- UInt8(ascii: "a")
        return letter < 6 ? letter &+ 10 : nil
    }

    /// Writes a scalar in UTF-8; returns how many bytes that took.
    @inline(__always)
    private static func write(_ scalar: UInt32, to output: UnsafeMutableRawBufferPointer, at offset: Int) -> Int {
        func continuation(_ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: 0x80 | scalar &>> shift & 0x3F) }
        switch scalar {
        case ..<0x80:
            output[offset] = UInt8(truncatingIfNeeded: scalar)
            return 1
        case ..<0x800:
            output[offset] = UInt8(truncatingIfNeeded: 0xC0 | scalar &>> 6)
            output[offset &+ 1] = continuation(0)
            return 2
        case ..<0x10000:
            output[offset] = UInt8(truncatingIfNeeded: 0xE0 | scalar &>> 12)
            output[offset &+ 1] = continuation(6)
            output[offset &+ 2] = continuation(0)
            return 3
        default:
            output[offset] = UInt8(truncatingIfNeeded: 0xF0 | scalar &>> 18)
            output[offset &+ 1] = continuation(12)
            output[offset &+ 2] = continuation(6)
            output[offset &+ 3] = continuation(0)
            return 4
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
        let value = text.withUnsafeBytes { bytes -> UInt16? in
            guard position &+ 6 <= bytes.count, bytes[position] == UInt8(ascii: "\\"),
                bytes[position &+ 1] == UInt8(ascii: "u")
            else { return nil }
            return Self.codeUnit(of: bytes, at: position)
        }
        guard let value else { throw unexpected(#"\u and four hexadecimal digits"#) }
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
