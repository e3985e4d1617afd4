extension GobValue: CustomStringConvertible {
    /// The value in a notation like Go's: `Point{X: 22, Y: 33}`.
    public var description: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .bool(let flag): text += flag.description
        case .int(let number): text += number.description
        case .uint(let number): text += number.description
        case .float(let number): text += number.description
        case .complex(let real, let imaginary):
            text += "(\(real)\(imaginary.sign == .minus ? "-" : "+")\(imaginary.magnitude)i)"
        case .bytes(let bytes): text += "[]byte(\(GobValue.hex(bytes)))"
        case .string(let string): GobValue.quote(string, to: &text)
        case .rawString(let bytes): text += "string(\(GobValue.hex(bytes)))"
        case .structure(_, let name, let fields):
            text += name
            GobValue.write(fields, between: "{", "}", to: &text) { field, text in
                text += "\(field.name): "
                field.value.write(to: &text)
            }
        case .array(_, let elements), .slice(_, let elements):
            GobValue.write(elements, between: "[", "]", to: &text) { $0.write(to: &$1) }
        case .map(_, let pairs):
            GobValue.write(pairs, between: "map[", "]", to: &text) { pair, text in
                pair.key.write(to: &text)
                text += ": "
                pair.value.write(to: &text)
            }
        case .opaque(_, let name, let bytes): text += GobValue.opaqueText(name, bytes)
        case .interface(let name, let value):
            text += "\(name)("
            value.write(to: &text)
            text += ")"
        case .nilInterface: text += "nil"
        }
    }

    private static func write<Item>(
        _ items: [Item], between open: String, _ close: String, to text: inout String,
        _ writeItem: (Item, inout String) -> Void
    ) {
        text += open
        for (index, item) in items.enumerated() {
            if index > 0 { text += ", " }
            writeItem(item, &text)
        }
        text += close
    }

    /// A time is told as such where the bytes are one; the name alone does not make it one.
    private static func opaqueText(_ name: String, _ bytes: [UInt8]) -> String {
        if name == "Time", let time = try? GobTime(gobBytes: bytes.span.bytes) { return "\(name)(\(time))" }
        return "\(name)(\(hex(bytes)))"
    }

    static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return "0x" + String(decoding: text, as: UTF8.self)
    }

    /// Quotes a string, so that what a peer sent cannot pass for anything else on a terminal.
    static func quote(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default:
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator:
                    text += "\\u{\(String(scalar.value, radix: 16))}"
                default: text.unicodeScalars.append(scalar)
                }
            }
        }
        text += "\""
    }
}

extension GobTime: CustomStringConvertible {
    /// The time as RFC 3339 has it.
    public var description: String {
        let local = unixSeconds.addingReportingOverflow(Int64(zoneOffset ?? 0)).partialValue
        var (days, second) = local.quotientAndRemainder(dividingBy: 86_400)
        if second < 0 {
            days -= 1
            second += 86_400
        }
        let (year, month, day) = GobTime.civil(days)
        func padded(_ number: Int64, _ width: Int) -> String {
            let digits = number.magnitude.description
            return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        var text = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T"
        text += "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
        if nanoseconds != 0 { text += ".\(padded(Int64(nanoseconds), 9))" }
        guard let zoneOffset else { return text + "Z" }
        let minutes = Int64(zoneOffset.magnitude / 60)
        return text + "\(zoneOffset < 0 ? "-" : "+")\(padded(minutes / 60, 2)):\(padded(minutes % 60, 2))"
    }

    /// The date of a day counted from 1970-01-01, in the proleptic Gregorian calendar: years begin in March, so that
    /// the leap day is the last, and 400 of them have 146,097 days.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days &+ 719_468
        let era = (shifted >= 0 ? shifted : shifted &- 146_096) / 146_097
        let dayOfEra = shifted &- era &* 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        let month = march < 10 ? march + 3 : march - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * march + 2) / 5 + 1)
    }
}
