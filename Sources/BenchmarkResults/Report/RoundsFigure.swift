/// A figure over the rounds that have it: its median, and from the least to the most.
struct RoundsFigure: Sendable, Hashable {
    var median: Double
    var range: ClosedRange<Double>
    /// How many rounds have it.
    var count: Int

    /// - Returns: nil of nothing.
    init?(_ values: [Double]) {
        let sorted = values.sorted()
        guard let median = Median.of(sorted: sorted), let low = sorted.first, let high = sorted.last else {
            return nil
        }
        (self.median, range, count) = (median, low...high, sorted.count)
    }

    /// That of the rows that have it; nil where none has.
    init?(of rows: [ResultRow], _ value: (ResultRow) -> Double?) {
        self.init(rows.compactMap(value))
    }

    /// The same of a number of entries.
    init?(counting rows: [ResultRow], _ value: (ResultRow) -> UInt64?) {
        self.init(of: rows) { value($0).map { Double($0) } }
    }

    /// The median of a number of entries, in whole ones.
    var entries: String { NumberText.whole(UInt64(max(0, median).rounded())) }
}
