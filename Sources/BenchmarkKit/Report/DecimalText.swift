import Foundation

/// Numbers as the report writes them: a point, no exponent, no thousands separator, whatever the locale.
enum DecimalText {
    static func format(_ value: Double, places: Int) -> String {
        guard value.isFinite else { return "" }
        return String(format: "%.\(places)f", value)
    }

    /// As many digits as are worth reading in a table: `0.42`, `8.3`, `81`.
    static func short(_ value: Double) -> String {
        format(value, places: value < 1 ? 2 : value < 100 ? 1 : 0)
    }
}

extension Estimate {
    /// The median with its interval behind it, where there is one.
    func text(places: Int) -> String {
        let format = { DecimalText.format($0, places: places) }
        return format(median) + Verdict.interval(self, format)
    }
}
