public import Broker

/// A one-pass, validating reader of log entries in JSON (RFC 8259), over bytes where they lie.
///
/// Any order of members and any white space; unknown members are skipped; of a member that comes twice the last one counts,
/// as in Go; `null` counts as absent. `name` and `data` have to be there.
public struct EntryJSONReader {
    private var scratch: [UInt8] = []

    /// Creates a reader.
    ///
    /// It keeps its memory for strings with escapes from one text to the next; that for long ones all readers share.
    public init() {}

    /// Reads an entry and lends it to `body`; its texts are views of `json` or of the reader's memory.
    /// - Parameter severity: what an entry counts as that does not say.
    /// - Throws: ``EntryJSONError`` that says what was expected, and at which byte.
    public mutating func read<R>(
        _ json: RawSpan, defaultSeverity: Severity = .info, _ body: (borrowing ReceivedEntry) -> R
    ) throws(EntryJSONError) -> R {
        var fields = EntryFields()
        var cursor = JSONCursor(json, scratch: exchange(&scratch, with: []))
        defer { keep(cursor.unescaped.memory) }
        try fields.read(from: &cursor)
        guard cursor.peek() == nil else { throw cursor.unexpected("the end of the text") }
        return try fields.lend(cursor, defaultSeverity: defaultSeverity, body)
    }

    /// Reads a request of the broker's, `{"action": "log", "log": {…}}`, and lends its entry to `body`.
    public mutating func readAction<R>(
        _ json: RawSpan, _ body: (borrowing ReceivedEntry) -> R
    ) throws(EntryJSONError) -> R {
        var fields = EntryFields()
        var hasAction = false
        var hasEntry = false
        var cursor = JSONCursor(json, scratch: exchange(&scratch, with: []))
        defer { keep(cursor.unescaped.memory) }
        try cursor.members { (cursor: inout JSONCursor, key) throws(EntryJSONError) in
            if cursor.string(key, is: "action") {
                let action = try cursor.string()
                guard cursor.string(action, is: "log") else { throw EntryJSONError("the only action is \"log\"") }
                hasAction = true
            } else if cursor.string(key, is: "log") {
                try fields.read(from: &cursor)
                hasEntry = true
            } else {
                try cursor.skipValue()
            }
        }
        guard cursor.peek() == nil else { throw cursor.unexpected("the end of the text") }
        guard hasAction else { throw EntryJSONError("\"action\" is missing; the only action is \"log\"") }
        guard hasEntry else { throw EntryJSONError("\"log\" is missing: the entry, as an object with name and data") }
        return try fields.lend(cursor, defaultSeverity: .info, body)
    }

    private mutating func keep(_ memory: [UInt8]) {
        if memory.count <= UnescapedText.maxIdleBytes {
            scratch = memory
        } else {
            LongTextMemory.shared.giveBack(memory)
        }
    }
}

/// Why a text is not a log entry in JSON.
public struct EntryJSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was expected, and at which byte.
    public var description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The members of an entry, as far as they have been read.
private struct EntryFields {
    private var name: JSONCursor.StringRange?
    private var data: JSONCursor.StringRange?
    private var run = JSONCursor.StringRange()
    private var severity: Severity?
    private var sequence: UInt64 = 0
    private var sentAt: Int64 = 0

    mutating func read(from cursor: inout JSONCursor) throws(EntryJSONError) {
        try cursor.expect(UInt8(ascii: "{"))
        if cursor.skip(UInt8(ascii: "}")) { return }
        repeat {
            try cursor.countValue()
            let key = try cursor.string()
            try cursor.expect(UInt8(ascii: ":"))
            // The first character tells the members apart; only it and one comparison are looked at.
            switch cursor.firstByte(key) {
            case UInt8(ascii: "n") where cursor.string(key, is: "name"):
                name = try cursor.skipNull() ? nil : cursor.string()
            case UInt8(ascii: "d") where cursor.string(key, is: "data"):
                data = try cursor.skipNull() ? nil : cursor.string()
            case UInt8(ascii: "r") where cursor.string(key, is: "run"):
                run = try cursor.skipNull() ? .init() : cursor.string()
                guard run.bounds.count <= EntryLimits.maxRunIDBytes else {
                    throw EntryJSONError("\"run\" exceeds the limit of \(EntryLimits.maxRunIDBytes) bytes")
                }
            case UInt8(ascii: "s") where cursor.string(key, is: "seq"):
                sequence = try cursor.skipNull() ? 0 : cursor.integer(UInt64.self)
            case UInt8(ascii: "s") where cursor.string(key, is: "sent_at"):
                sentAt = try cursor.skipNull() ? 0 : cursor.integer(Int64.self)
            case UInt8(ascii: "s") where cursor.string(key, is: "severity"):
                severity = try cursor.skipNull() ? nil : Self.severity(cursor.string(), cursor)
            default:
                try cursor.skipValue()
            }
        } while cursor.skip(UInt8(ascii: ","))
        try cursor.expect(UInt8(ascii: "}"))
    }

    private static func severity(
        _ range: JSONCursor.StringRange, _ cursor: borrowing JSONCursor
    ) throws(EntryJSONError) -> Severity {
        if cursor.string(range, is: "INFO") { return .info }
        if cursor.string(range, is: "WARNING") { return .warning }
        if cursor.string(range, is: "ERROR") { return .error }
        throw EntryJSONError("\"severity\" has to be INFO, WARNING or ERROR")
    }

    func lend<R>(
        _ cursor: borrowing JSONCursor, defaultSeverity: Severity, _ body: (borrowing ReceivedEntry) -> R
    ) throws(EntryJSONError) -> R {
        guard let name else { throw EntryJSONError("\"name\" is missing: a string") }
        guard let data else { throw EntryJSONError("\"data\" is missing: a string") }
        let unescaped = cursor.unescaped.memory.span.bytes
        let text = cursor.text
        let entry = ReceivedEntry(
            name: (name.isUnescaped ? unescaped : text).extracting(name.bounds),
            data: (data.isUnescaped ? unescaped : text).extracting(data.bounds),
            severity: severity ?? defaultSeverity,
            run: (run.isUnescaped ? unescaped : text).extracting(run.bounds), sequence: sequence, sentAt: sentAt)
        return body(entry)
    }
}
