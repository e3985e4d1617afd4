/// A figure with its interval, of which it is 95% certain that the true one lies in it; there is none of a single value.
package struct Estimate: Sendable, Hashable {
    /// How often an interval has the true value in it, where there are values enough for such a one.
    package static let confidence = 0.95

    /// The figure: a median.
    package var median: Double
    /// The interval's lower end.
    package var low: Double?
    /// The interval's upper end.
    package var high: Double?
    /// How often such an interval has the true value in it: less than ``confidence`` where there are few values.
    package var coverage = Estimate.confidence
}

extension Estimate {
    /// The median of values; nil of nothing.
    init?(medianOf values: [Double]) {
        guard let median = Median.of(values) else { return nil }
        self.init(median: median, low: nil, high: nil)
        guard let interval = OrderStatistics.medianInterval(values) else { return }
        (low, high, coverage) = interval
    }

    /// What the values of one sample are, as a rule, by those of another that has nothing to do with it: the median of all
    /// quotients (Hodges and Lehmann 1963), with the interval that the test of Mann and Whitney would not reject.
    init?(ratioOf first: [Double], to second: [Double]) {
        let divisors = second.filter { $0 > 0 }
        let ratios = divisors.flatMap { divisor in first.map { $0 / divisor } }.sorted()
        guard let median = Median.of(sorted: ratios) else { return nil }
        self.init(median: median, low: nil, high: nil)
        guard first.count > 1, divisors.count > 1 else { return }
        let (cut, coverage) = MannWhitney.cut(first.count, divisors.count)
        low = ratios[cut - 1]
        high = ratios[ratios.count - cut]
        self.coverage = coverage
    }

    /// Of the inverse quantity.
    var inverse: Estimate? {
        guard median > 0 else { return nil }
        return Estimate(
            median: 1 / median, low: high.map { 1 / $0 }, high: low.map { 1 / $0 }, coverage: coverage)
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

    /// What the intervals of so many rounds cover, where that is not 95%: `93.75%`.
    static func coverageText(rounds: Int) -> String? {
        let range = (0..<max(rounds, 0)).map(Double.init)
        guard let coverage = Estimate(medianOf: range)?.coverage, rounds > 1, coverage < confidence else { return nil }
        var text = DecimalText.format(100 * coverage, places: 2)
        while text.last == "0" || text.last == "." { text.removeLast() }
        return "\(text)%"
    }
}
