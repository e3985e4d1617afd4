import Broker

/// How RFC 9110 and 9112 read the bytes of a head.
extension RawSpan {
    /// The byte at an offset that was checked before.
    @inline(__always)
    subscript(offset: Int) -> UInt8 {
        unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// The offset of the CR of the line end that comes next; nil if none has come yet.
    /// - Throws: ``HTTPFault`` for a CR or LF that stands alone, and for NUL (RFC 9112, 2.2; RFC 9110, 5.5).
    func endOfLine(from start: Int) throws(HTTPFault) -> Int? {
        var offset = start
        while offset < byteCount {
            let byte = self[offset]
            if byte < 0x20 && byte != 0x09 {
                guard byte == 0x0D else { throw HTTPFault(400, "the head holds a control character or a bare LF") }
                guard offset &+ 1 < byteCount else { return nil }
                guard self[offset &+ 1] == 0x0A else { throw HTTPFault(400, "the head holds a bare CR") }
                return offset
            }
            offset &+= 1
        }
        return nil
    }

    /// Whether the bytes are `word`, which is lower-case, whatever their case.
    func matches(_ range: Range<Int>, _ word: StaticString) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        for index in 0..<range.count {
            guard self[range.lowerBound &+ index].inSmallLetters == word.utf8Start[index] else { return false }
        }
        return true
    }

    /// Whether the bytes are `word`.
    func equals(_ range: Range<Int>, _ word: StaticString) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        let word = UnsafeRawBufferPointer(start: word.utf8Start, count: range.count)
        return extracting(range).withUnsafeBytes { $0.elementsEqual(word) }
    }

    /// The range without optional white space at its ends.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, self[start] == 0x20 || self[start] == 0x09 { start &+= 1 }
        while start < end, self[end &- 1] == 0x20 || self[end &- 1] == 0x09 { end &-= 1 }
        return start..<end
    }

    /// The elements of a comma-separated list.
    func forEachElement(of range: Range<Int>, _ body: (Range<Int>) -> Void) {
        var start = range.lowerBound
        for index in range where self[index] == UInt8(ascii: ",") {
            body(trimmed(start..<index))
            start = index &+ 1
        }
        body(trimmed(start..<range.upperBound))
    }

    /// The text of a range.
    func text(_ range: Range<Int>) -> String {
        String(copying: extracting(range))
    }
}

extension UInt8 {
    /// The byte, as a small letter where it is a capital.
    @inline(__always)
    var inSmallLetters: UInt8 { self &- UInt8(ascii: "A") < 26 ? self | 0x20 : self }

    /// Whether the byte may stand in a token, such as a method or a field name (RFC 9110, 5.6.2).
    @inline(__always)
    var isTokenByte: Bool {
        // One bit a character: the letters, digits and !#$%&'*+-.^_`|~ of ASCII.
        let low: UInt64 = 0x03FF_6CFA_0000_0000
        let high: UInt64 = 0x57FF_FFFF_C7FF_FFFE
        if self < 64 { return low & (1 << UInt64(self)) != 0 }
        return self < 128 && high & (1 << UInt64(self &- 64)) != 0
    }

    /// Whether the byte may stand in a host with a port (RFC 3986, 3.2.2).
    @inline(__always)
    var isHostByte: Bool {
        // One bit a character: the letters, digits and -._~!$&'()*+,;=:%[] of ASCII.
        let low: UInt64 = 0x2FFF_7FF2_0000_0000
        let high: UInt64 = 0x47FF_FFFE_AFFF_FFFE
        if self < 64 { return low & (1 << UInt64(self)) != 0 }
        return self < 128 && high & (1 << UInt64(self &- 64)) != 0
    }
}
