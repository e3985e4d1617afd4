/// Comma-separated values as of RFC 4180.
enum CSV {
    /// A record with its line break.
    ///
    /// Fields with a comma, a quote or a line break are quoted (RFC 4180, 2.6 and 2.7).
    static func record(_ fields: [String]) -> String {
        fields.map(quoted).joined(separator: ",") + "\r\n"
    }

    /// The records of a text; a quoted field may hold commas, line breaks, and quotes that are written twice.
    static func records(_ text: String) -> [[String]] {
        var records: [[String]] = []
        var record: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        var wasQuote = false
        func take() {
            record.append(String(decoding: field, as: UTF8.self))
            field = []
        }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""):
                // Of two quotes within quotes the second stands for itself, and opens the field again.
                if !isQuoted && wasQuote { field.append(byte) }
                isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted: take()
            case UInt8(ascii: "\r") where !isQuoted: break
            case UInt8(ascii: "\n") where !isQuoted:
                take()
                records.append(record)
                record = []
            default: field.append(byte)
            }
            wasQuote = byte == UInt8(ascii: "\"") && !isQuoted
        }
        if !field.isEmpty || !record.isEmpty {
            take()
            records.append(record)
        }
        return records
    }

    private static func quoted(_ field: String) -> String {
        let special = field.utf8.contains { byte in
            byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n")
                || byte == UInt8(ascii: "\r")
        }
        guard special else { return field }
        return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
