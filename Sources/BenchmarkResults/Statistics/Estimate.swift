/// A median with its 95% bootstrap interval; the interval is nil for a single value.
package struct Estimate: Sendable, Hashable {
    /// The median.
    package var median: Double
    /// The interval's lower end.
    package var low: Double?
    /// The interval's upper end.
    package var high: Double?
}

extension Estimate {
    /// Of the inverse quantity.
    var inverse: Estimate? {
        guard median > 0 else { return nil }
        return Estimate(median: 1 / median, low: high.map { 1 / $0 }, high: low.map { 1 / $0 })
    }
}

extension Estimate {
    /// The median with its interval behind it, where there is one.
    func text(places: Int) -> String {
        let format = { DecimalText.format($0, places: places) }
        return format(median) + interval(format)
    }

    /// ` (2.0 to 2.2)`; nothing where there is no interval.
    func interval(_ text: (Double) -> String) -> String {
        guard let low, let high else { return "" }
        return " (\(text(low)) to \(text(high)))"
    }
}
