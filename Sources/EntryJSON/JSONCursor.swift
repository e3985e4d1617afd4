import Broker
import Glibc

/// A place in a JSON text, and the rules for getting on from there (RFC 8259).
///
/// Strings come back as ranges: of the text itself where they hold no escapes, else of ``unescaped``.
struct JSONCursor: ~Escapable {
    /// The deepest nesting of objects and arrays that is accepted in values that are skipped.
    static let maxDepth = 64
    /// The most members and elements of a text, those of values that are skipped among them.
    ///
    /// An entry has six. A text of nothing but tiny values takes a hundred times as long as one long string: 16 MiB of them
    /// would hold the event loop for a third of a second.
    static let maxValues = 10_000

    /// Where the bytes of a string are, without its quotation marks and escapes.
    struct StringRange {
        var bounds: Range<Int> = 0..<0
        var isUnescaped = false
    }

    let text: RawSpan
    var position = 0
    private var values = 0
    var unescaped: UnescapedText

    /// - Parameter scratch: memory to use for strings with escapes.
    @_lifetime(copy text)
    init(_ text: RawSpan, scratch: consuming [UInt8]) {
        self.text = text
        self.unescaped = UnescapedText(scratch)
    }

    /// The next byte that is not white space, without moving past it; nil at the end.
    @_lifetime(self: copy self)
    mutating func peek() -> UInt8? {
        while position < text.byteCount {
            let byte = text.unsafeLoad(fromByteOffset: position, as: UInt8.self)
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
            position &+= 1
        }
        return nil
    }

    /// Moves past `byte` if it is the next one that is not white space.
    @_lifetime(self: copy self)
    mutating func skip(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position &+= 1
        return true
    }

    @_lifetime(self: copy self)
    mutating func expect(_ byte: UInt8) throws(EntryJSONError) {
        guard skip(byte) else { throw unexpected("'\(Character(UnicodeScalar(byte)))'") }
    }

    /// An error that tells where the cursor is.
    func unexpected(_ wanted: String) -> EntryJSONError {
        let end = position >= text.byteCount ? ", where the text ends" : ""
        return EntryJSONError("expected \(wanted) at byte \(position)\(end)")
    }

    // MARK: Numbers and values that nobody asked for

    /// An integer without fraction and exponent.
    @_lifetime(self: copy self)
    mutating func integer<T: FixedWidthInteger>(_ type: T.Type) throws(EntryJSONError) -> T {
        let isNegative = skip(UInt8(ascii: "-"))
        let start = position
        var value: T = 0
        // So many digits fit every type that is read here, unless there is no number below 0.
        for _ in 0..<(isNegative && !T.isSigned ? 0 : 18) {
            guard let digit = digit() else { break }
            value = isNegative ? value &* 10 &- T(digit) : value &* 10 &+ T(digit)
        }
        while let digit = digit() {
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            let (next, overflowAgain) =
                isNegative
                ? scaled.subtractingReportingOverflow(T(digit)) : scaled.addingReportingOverflow(T(digit))
            guard !overflow && !overflowAgain else { throw unexpected("an integer between \(T.min) and \(T.max)") }
            value = next
        }
        guard position > start, hasNoLeadingZero(start), !isFractionOrExponent else { throw unexpected("an integer") }
        return value
    }

    /// Moves past a value of any type.
    @_lifetime(self: copy self)
    mutating func skipValue(depth: Int = 0) throws(EntryJSONError) {
        guard depth < Self.maxDepth else { throw unexpected("values nested less than \(Self.maxDepth) deep") }
        switch peek() {
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "{"):
            try members { (cursor: inout JSONCursor, _) throws(EntryJSONError) in
                try cursor.skipValue(depth: depth + 1)
            }
        case UInt8(ascii: "["):
            try expect(UInt8(ascii: "["))
            if skip(UInt8(ascii: "]")) { return }
            repeat {
                try countValue()
                try skipValue(depth: depth + 1)
            } while skip(UInt8(ascii: ","))
            try expect(UInt8(ascii: "]"))
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"): try literal("false")
        case UInt8(ascii: "n"): try literal("null")
        default: try skipNumber()
        }
    }

    /// Moves past `null` if it comes next.
    @_lifetime(self: copy self)
    mutating func skipNull() throws(EntryJSONError) -> Bool {
        guard peek() == UInt8(ascii: "n") else { return false }
        try literal("null")
        return true
    }

    /// Reads an object; `member` is called behind each key and has to move past the value.
    @_lifetime(self: copy self)
    mutating func members(
        _ member: (inout JSONCursor, _ key: StringRange) throws(EntryJSONError) -> Void
    ) throws(EntryJSONError) {
        try expect(UInt8(ascii: "{"))
        if skip(UInt8(ascii: "}")) { return }
        repeat {
            try countValue()
            let key = try string()
            try expect(UInt8(ascii: ":"))
            try member(&self, key)
        } while skip(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
    }

    /// Counts a member or an element.
    @_lifetime(self: copy self)
    mutating func countValue() throws(EntryJSONError) {
        values &+= 1
        guard values <= Self.maxValues else { throw unexpected("at most \(Self.maxValues) members and elements") }
    }

    /// Whether the string is `expected`.
    func string(_ range: StringRange, is expected: StaticString) -> Bool {
        guard range.bounds.count == expected.utf8CodeUnitCount else { return false }
        let source = range.isUnescaped ? unescaped.memory.span.bytes : text
        return source.extracting(range.bounds).withUnsafeBytes { bytes in
            bytes.baseAddress.map { memcmp($0, expected.utf8Start, bytes.count) == 0 } ?? true
        }
    }

    /// The first byte of the string; 0 if it is empty.
    func firstByte(_ range: StringRange) -> UInt8 {
        guard !range.bounds.isEmpty else { return 0 }
        let source = range.isUnescaped ? unescaped.memory.span.bytes : text
        return source.unsafeLoad(fromByteOffset: range.bounds.lowerBound, as: UInt8.self)
    }

    /// The string as a value of its own.
    func text(of range: StringRange) -> String {
        String(copying: (range.isUnescaped ? unescaped.memory.span.bytes : text).extracting(range.bounds))
    }

    @_lifetime(self: copy self)
    private mutating func literal(_ word: StaticString) throws(EntryJSONError) {
        let end = position &+ word.utf8CodeUnitCount
        guard end <= text.byteCount, string(StringRange(bounds: position..<end), is: word) else {
            throw unexpected("a value")
        }
        position = end
    }

    @_lifetime(self: copy self)
    private mutating func skipNumber() throws(EntryJSONError) {
        _ = skip(UInt8(ascii: "-"))
        let start = position
        while digit() != nil {}
        guard position > start, hasNoLeadingZero(start) else { throw unexpected("a value") }
        if nextByte == UInt8(ascii: ".") {
            position &+= 1
            guard digit() != nil else { throw unexpected("a digit") }
            while digit() != nil {}
        }
        if nextByte | 0x20 == UInt8(ascii: "e") {
            position &+= 1
            if nextByte == UInt8(ascii: "+") || nextByte == UInt8(ascii: "-") { position &+= 1 }
            guard digit() != nil else { throw unexpected("a digit") }
            while digit() != nil {}
        }
    }

    private func hasNoLeadingZero(_ start: Int) -> Bool {
        position == start &+ 1 || text.unsafeLoad(fromByteOffset: start, as: UInt8.self) != UInt8(ascii: "0")
    }

    private var isFractionOrExponent: Bool {
        nextByte == UInt8(ascii: ".") || nextByte | 0x20 == UInt8(ascii: "e")
    }

    /// The byte at the cursor; 0 at the end.
    private var nextByte: UInt8 {
        position < text.byteCount ? text.unsafeLoad(fromByteOffset: position, as: UInt8.self) : 0
    }

    /// The value of the digit at the cursor, which moves past it; nil if there is none.
    @_lifetime(self: copy self)
    private mutating func digit() -> UInt8? {
        guard position < text.byteCount else { return nil }
        let value = text.unsafeLoad(fromByteOffset: position, as: UInt8.self) &- UInt8(ascii: "0")
        guard value < 10 else { return nil }
        position &+= 1
        return value
    }
}
