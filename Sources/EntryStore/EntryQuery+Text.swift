import Broker

extension EntryQuery {
    /// What a query is made of, by name, as `GET /entries` and `brokerlab entries` take it.
    package static let parameters = filters + ["before", "limit"]
    /// Those that tell entries apart by what they are.
    package static let filters = ["name", "severity", "since", "until"]

    /// Sets one of ``parameters``; says what it takes where `text` is none.
    package mutating func set(_ parameter: String, to text: String, maxLimit: Int) -> String? {
        switch parameter {
        case "name": name = text
        case "severity":
            severity = Severity(name: text)
            guard severity != nil else {
                return
                    "severity has to be one of \(Severity.allCases.map(\.name).joined(separator: ", ")), not '\(text)'"
            }
        case "since":
            since = Self.time(text)
            guard since != nil else { return Self.noTime("since", text) }
        case "until":
            until = Self.time(text)
            guard until != nil else { return Self.noTime("until", text) }
        case "before":
            before = Int64(text)
            guard let before, before >= 0 else {
                return "before has to be a number that a page's Link field names, not '\(text)'"
            }
        case "limit":
            guard let number = Int(text), (1...maxLimit).contains(number) else {
                return "limit has to be a number from 1 to \(maxLimit), not '\(text)'"
            }
            limit = number
        default: return "there is no '\(parameter)'"
        }
        return nil
    }

    /// The query as a URL has it, of the entries before one.
    package func text(before: Int64?) -> String {
        var parts = ["limit=\(limit)"]
        if let before { parts.append("before=\(before)") }
        if let name { parts.append("name=\(Self.escaped(name))") }
        if let severity { parts.append("severity=\(severity.name)") }
        if let since { parts.append("since=\(since)") }
        if let until { parts.append("until=\(until)") }
        return parts.joined(separator: "&")
    }

    /// A text with all but the unreserved characters of RFC 3986, 2.3, escaped.
    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }

    private static func noTime(_ parameter: String, _ text: String) -> String {
        "\(parameter) has to be a time, such as 2026-01-31T12:00:00Z or nanoseconds since 1970, not '\(text)'"
    }

    /// Nanoseconds since 1970-01-01T00:00:00Z: the number itself, or an RFC 3339 time.
    static func time(_ text: String) -> Int64? {
        Int64(text) ?? TimeText.nanoseconds(text)
    }
}
