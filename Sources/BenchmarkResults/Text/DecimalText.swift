import Foundation

/// Numbers as the report writes them: a point, no exponent, no thousands separator, whatever the locale.
package enum DecimalText {
    /// With that many decimals; nothing for a number that is not finite.
    package static func format(_ value: Double, places: Int) -> String {
        guard value.isFinite else { return "" }
        return String(format: "%.\(places)f", value)
    }

    /// Whether the text is a whole number from 0 on in decimal digits, without zeros in front, which some take for octal.
    static func isWholeNumber(_ text: some StringProtocol) -> Bool {
        let digits = text.utf8
        return !digits.isEmpty && digits.allSatisfy(isDigit) && (digits.count == 1 || digits.first != UInt8(ascii: "0"))
    }

    /// Whether the text is a decimal number: an integer without zeros in front, of either sign, with a fraction behind a point
    /// or not, with an exponent or not.
    static func isNumber(_ text: String) -> Bool {
        var rest = text[...]
        if rest.hasPrefix("-") { rest.removeFirst() }
        if let mark = rest.lastIndex(where: { $0 == "e" || $0 == "E" }) {
            var exponent = rest[rest.index(after: mark)...]
            if exponent.hasPrefix("+") || exponent.hasPrefix("-") { exponent.removeFirst() }
            guard !exponent.isEmpty, exponent.utf8.allSatisfy(isDigit) else { return false }
            rest = rest[..<mark]
        }
        if let point = rest.firstIndex(of: ".") {
            let fraction = rest[rest.index(after: point)...]
            guard !fraction.isEmpty, fraction.utf8.allSatisfy(isDigit) else { return false }
            rest = rest[..<point]
        }
        return isWholeNumber(rest)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    /// As many digits as are worth reading in a table: `0.42`, `8.3`, `81`.
    package static func short(_ value: Double) -> String {
        format(value, places: value < 1 ? 2 : value < 100 ? 1 : 0)
    }
}
