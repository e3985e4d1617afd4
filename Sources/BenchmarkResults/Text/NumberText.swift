/// Numbers as people read them.
enum NumberText {
    /// Three significant digits and groups of thousands: `81,200`, `0.47`, `12.3`.
    static func grouped(_ value: Double) -> String {
        guard value.isFinite else { return "-" }
        guard value.magnitude >= 1000 else { return significant(value) }
        var scale = 1.0
        while value.magnitude / scale >= 1000 { scale *= 10 }
        let rounded = (value / scale).rounded() * scale
        return (rounded < 0 ? "-" : "") + whole(UInt64(min(rounded.magnitude, 1e18)))
    }

    /// All digits of a count, in groups: `1,234,567`.
    static func whole(_ count: UInt64) -> String {
        var digits = String(count)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return ([digits] + groups).joined(separator: ",")
    }

    /// Three significant digits of a number below a thousand.
    static func significant(_ value: Double) -> String {
        guard value != 0 else { return "0" }
        let places = value.magnitude >= 100 ? 0 : value.magnitude >= 10 ? 1 : value.magnitude >= 0.095 ? 2 : 3
        return DecimalText.format(value, places: places)
    }

    /// Three significant digits, without zeros behind the point.
    static func trimmed(_ value: Double) -> String {
        var text = significant(value)
        while text.contains("."), text.last == "0" || text.last == "." { text.removeLast() }
        return text
    }

    /// A ratio with two digits that mean something: `2.1`, `0.47`, `12`.
    static func ratio(_ value: Double) -> String {
        DecimalText.format(value, places: value >= 10 ? 0 : value >= 1 ? 1 : 2)
    }

    /// The same as ``duration(microseconds:)``, for round numbers: `50 us`, `2 ms`.
    static func axisDuration(_ value: Double) -> String {
        if value >= 1e6 { return "\(trimmed(value / 1e6)) s" }
        if value >= 1e3 { return "\(trimmed(value / 1e3)) ms" }
        return "\(trimmed(value)) us"
    }

    /// Round numbers in little space: `500`, `20k`, `1M`.
    static func axisCount(_ value: Double) -> String {
        if value >= 1e6 { return "\(trimmed(value / 1e6))M" }
        return value >= 1e3 ? "\(trimmed(value / 1e3))k" : trimmed(value)
    }

    /// Microseconds in the unit that fits: `57 us`, `1.2 ms`, `3.4 s`.
    static func duration(microseconds value: Double) -> String {
        if value >= 1e6 { return "\(significant(value / 1e6)) s" }
        if value >= 1e3 { return "\(significant(value / 1e3)) ms" }
        return "\(significant(value)) us"
    }
}
