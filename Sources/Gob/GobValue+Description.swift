import PrintableText

extension GobValue: CustomStringConvertible {
    /// The value in a notation like Go's: `Point{X: 22, Y: 33}`.
    public var description: String {
        var text = ""
        write(to: &text)
        return text
    }

    /// Writes the same, piece by piece: the text of a value may be far larger than the value is.
    func write(to output: inout some TextOutputStream) {
        switch self {
        case .bool(let flag): output.write(flag.description)
        case .int(let number): output.write(number.description)
        case .uint(let number): output.write(number.description)
        case .float(let number): output.write(number.description)
        case .complex(let real, let imaginary):
            output.write("(\(real)\(imaginary.sign == .minus ? "-" : "+")\(imaginary.magnitude)i)")
        case .bytes(let bytes): GobValue.writeHex(bytes, as: "[]byte", to: &output)
        case .string(let string): GobValue.writeQuoted(string, to: &output)
        case .rawString(let bytes): GobValue.writeHex(bytes, as: "string", to: &output)
        case .structure(_, let name, let fields):
            output.write(GobTypes.shown(name))
            GobValue.write(fields, between: "{", "}", to: &output) { field, output in
                output.write("\(GobTypes.shown(field.name)): ")
                field.value.write(to: &output)
            }
        case .array(_, let elements), .slice(_, let elements):
            GobValue.write(elements, between: "[", "]", to: &output) { $0.write(to: &$1) }
        case .map(_, let pairs):
            GobValue.write(pairs, between: "map[", "]", to: &output) { pair, output in
                pair.key.write(to: &output)
                output.write(": ")
                pair.value.write(to: &output)
            }
        case .opaque(_, let name, let bytes): GobValue.writeOpaque(name, bytes, to: &output)
        case .interface(let name, let value):
            output.write("\(GobTypes.shown(name))(")
            value.write(to: &output)
            output.write(")")
        case .nilInterface: output.write("nil")
        }
    }

    private static func write<Item, Output: TextOutputStream>(
        _ items: [Item], between open: String, _ close: String, to output: inout Output,
        _ writeItem: (Item, inout Output) -> Void
    ) {
        output.write(open)
        for (index, item) in items.enumerated() {
            if index > 0 { output.write(", ") }
            writeItem(item, &output)
        }
        output.write(close)
    }

    /// A time is told as such where the bytes are one; the name alone does not make it one.
    private static func writeOpaque(_ name: String, _ bytes: [UInt8], to output: inout some TextOutputStream) {
        if name == "Time", let time = try? GobTime(gobBytes: bytes.span.bytes) {
            return output.write("\(name)(\(time))")
        }
        writeHex(bytes, as: GobTypes.shown(name), to: &output)
    }

    private static func writeHex(_ bytes: [UInt8], as type: String, to output: inout some TextOutputStream) {
        let digits = Array("0123456789abcdef".utf8)
        output.write("\(type)(0x")
        for start in stride(from: 0, to: bytes.count, by: pieceBytes) {
            let piece = bytes[start..<min(start + pieceBytes, bytes.count)]
            output.write(
                String(decoding: piece.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self))
        }
        output.write(")")
    }

    /// How much of a string, or of bytes, becomes text at a time.
    private static let pieceBytes = 16 * 1024

    /// Quotes a string, so that what a peer sent cannot pass for anything else on a terminal.
    private static func writeQuoted(_ string: String, to output: inout some TextOutputStream) {
        var text = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"", "\\":
                text += "\\"
                text.unicodeScalars.append(scalar)
            default: text.append(printable: scalar)
            }
            guard text.utf8.count >= pieceBytes else { continue }
            output.write(text)
            text.removeAll(keepingCapacity: true)
        }
        output.write(text + "\"")
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
