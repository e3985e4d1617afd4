/// Medians and quantiles.
enum Median {
    /// The median; nil of nothing.
    static func of(_ values: [Double]) -> Double? {
        of(sorted: values.sorted())
    }

    static func of(sorted values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let middle = values.count / 2
        return values.count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2
    }

    /// The quantile at `fraction`, 0 to 1, linear between neighbours: type 7 of Hyndman and Fan, the default of numpy.
    static func quantile(_ fraction: Double, ofSorted values: [Double]) -> Double? {
        guard let last = values.indices.last else { return nil }
        let place = fraction * Double(last)
        let below = min(last, Int(place))
        let above = min(last, below + 1)
        return values[below] + (values[above] - values[below]) * (place - Double(below))
    }
}
