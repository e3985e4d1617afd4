/// Reads comma-separated values (RFC 4180), also those that a spreadsheet has saved.
///
/// A byte order mark, line breaks of either kind, quotes that need not be, and empty lines at the end change nothing. What is
/// no CSV is refused with its line.
struct CSVReader {
    /// A record, and the number of the line that it begins on.
    struct Record {
        var fields: [String] = []
        var line: Int
    }

    /// Why a text is no CSV.
    private struct Fault: Error {
        var line: Int
        var message: String
    }

    private enum State {
        /// At the start of a field.
        case start
        case plain
        case quoted
        /// Behind a quote within quotes: the field's last, or the first of two that stand for one.
        case behindQuote
    }

    private var records: [Record] = []
    private var record = Record(line: 1)
    private var field: [UInt8] = []
    private var state = State.start
    private var line = 1

    private init() {}

    /// The records of a file's text; all of its lines but empty ones at its end are records.
    /// - Throws: ``BenchmarkError`` that names the file and the line.
    static func records(_ text: String, of path: String) throws(BenchmarkError) -> [Record] {
        do throws(Fault) {
            return try records(text)
        } catch {
            throw BenchmarkError("\(path):\(error.line): \(error.message)")
        }
    }

    private static func records(_ text: String) throws(Fault) -> [Record] {
        var reader = CSVReader()
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let bytes = text.utf8.starts(with: byteOrderMark) ? text.utf8.dropFirst(3) : text.utf8[...]
        var previous: UInt8 = 0
        for byte in bytes {
            try reader.take(byte, behind: previous)
            previous = byte
        }
        return try reader.end()
    }

    private mutating func take(_ byte: UInt8, behind previous: UInt8) throws(Fault) {
        let endsPair = byte == UInt8(ascii: "\n") && previous == UInt8(ascii: "\r")
        if byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n") && !endsPair { line += 1 }
        switch (byte, state) {
        case (UInt8(ascii: "\""), .start): state = .quoted
        case (UInt8(ascii: "\""), .quoted): state = .behindQuote
        case (UInt8(ascii: "\""), .behindQuote):
            field.append(byte)
            state = .quoted
        case (UInt8(ascii: "\""), .plain): throw Fault(line: line, message: "a quote within a field that is not quoted")
        case (_, .quoted): field.append(byte)
        case (UInt8(ascii: ","), _): endField()
        case (UInt8(ascii: "\n"), _) where endsPair: break
        case (UInt8(ascii: "\n"), _), (UInt8(ascii: "\r"), _): endRecord()
        case (_, .behindQuote): throw Fault(line: line, message: "text behind the quote that ends a field")
        default:
            field.append(byte)
            state = .plain
        }
    }

    private mutating func endField() {
        record.fields.append(String(decoding: field, as: UTF8.self))
        field = []
        state = .start
    }

    private mutating func endRecord() {
        endField()
        records.append(record)
        record = Record(line: line)
    }

    private mutating func end() throws(Fault) -> [Record] {
        if case .quoted = state { throw Fault(line: record.line, message: "a quoted field has no end") }
        if state != .start || !record.fields.isEmpty { endRecord() }
        while records.last?.fields.allSatisfy({ $0.isEmpty }) == true { records.removeLast() }
        return records
    }
}
