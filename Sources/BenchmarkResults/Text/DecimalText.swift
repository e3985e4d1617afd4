import Foundation

/// Numbers as the report writes them: a point, no exponent, no thousands separator, whatever the locale.
package enum DecimalText {
    /// With that many decimals; nothing for a number that is not finite.
    package static func format(_ value: Double, places: Int) -> String {
        guard value.isFinite else { return "" }
        return String(format: "%.\(places)f", value)
    }

    /// As many digits as are worth reading in a table: `0.42`, `8.3`, `81`.
    package static func short(_ value: Double) -> String {
        format(value, places: value < 1 ? 2 : value < 100 ? 1 : 0)
    }
}
