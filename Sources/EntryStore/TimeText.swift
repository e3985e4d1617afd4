/// Times as RFC 3339 writes them: `2026-01-31T12:00:00.25+01:00`.
enum TimeText {
    /// Nanoseconds since 1970-01-01T00:00:00Z; nil for what is no such time.
    static func nanoseconds(_ text: String) -> Int64? {
        var rest = Substring(text)
        guard let year = number(4, &rest, before: "-"), let month = number(2, &rest, before: "-"),
            let day = number(2, &rest), let mark = rest.popFirst(), mark == "T" || mark == "t" || mark == " ",
            let hour = number(2, &rest, before: ":"), let minute = number(2, &rest, before: ":"),
            let second = number(2, &rest), let fraction = fraction(&rest), let offset = offset(&rest), rest.isEmpty,
            (1678...2261).contains(year), (1...12).contains(month), (1...days(of: month, in: year)).contains(day),
            hour < 24, minute < 60, second < 60
        else { return nil }
        let seconds = (daysSince1970(year, month, day) * 24 + hour) * 3600 + minute * 60 + second - offset
        return Int64(seconds) * 1_000_000_000 + Int64(fraction)
    }

    /// A number of so many digits, and what has to follow it.
    private static func number(_ count: Int, _ rest: inout Substring, before mark: Character? = nil) -> Int? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        rest = rest.dropFirst(count)
        if let mark { guard rest.popFirst() == mark else { return nil } }
        return Int(digits)
    }

    /// Nanoseconds, where there is a fraction.
    private static func fraction(_ rest: inout Substring) -> Int? {
        guard rest.first == "." else { return 0 }
        let digits = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
        guard (1...9).contains(digits.count) else { return nil }
        rest = rest.dropFirst(digits.count + 1)
        return Int(digits + String(repeating: "0", count: 9 - digits.count))
    }

    /// Seconds east of UTC.
    private static func offset(_ rest: inout Substring) -> Int? {
        switch rest.popFirst() {
        case "Z", "z": return 0
        case let sign? where sign == "+" || sign == "-":
            guard let hours = number(2, &rest, before: ":"), let minutes = number(2, &rest), hours < 24, minutes < 60
            else { return nil }
            return (sign == "+" ? 1 : -1) * (hours * 3600 + minutes * 60)
        default: return nil
        }
    }

    private static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    private static func days(of month: Int, in year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let years = year - 1
        // Of the Gregorian calendar, before 1970 too; 719,162 days lie between its year 1 and 1970.
        let before = years * 365 + years / 4 - years / 100 + years / 400 - 719_162
        return (1..<month).reduce(before + day - 1) { $0 + days(of: $1, in: year) }
    }
}
