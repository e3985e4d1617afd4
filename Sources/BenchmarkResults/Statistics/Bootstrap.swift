/// Percentile bootstrap of a median (Efron): the interval is where the medians of resamples fall.
struct Bootstrap: Sendable {
    /// The number of resamples: 50 of them lie beyond each end of a 95% interval.
    static let resamples = 2000
    /// The part of resamples within the interval.
    static let confidence = 0.95

    /// What the resamples are drawn with.
    var seed: UInt64

    /// The median of `values` and its interval, which a single value has none of; nil of nothing.
    func estimate(_ values: [Double]) -> Estimate? {
        guard let median = Median.of(values) else { return nil }
        guard values.count > 1 else { return Estimate(median: median, low: nil, high: nil) }
        var generator = SplitMix64(seed: seed)
        var resample = values
        var medians: [Double] = []
        medians.reserveCapacity(Self.resamples)
        for _ in 0..<Self.resamples {
            for index in resample.indices {
                resample[index] = values[generator.next(below: values.count)]
            }
            resample.sort()
            medians.append(Median.of(sorted: resample) ?? median)
        }
        medians.sort()
        let tail = (1 - Self.confidence) / 2
        return Estimate(
            median: median, low: Median.quantile(tail, ofSorted: medians),
            high: Median.quantile(1 - tail, ofSorted: medians))
    }
}

extension Bootstrap {
    /// The ratio of two medians of samples that have nothing to do with each other, and its interval.
    func ratio(of first: [Double], to second: [Double]) -> Estimate? {
        guard let one = Median.of(first), let other = Median.of(second), other > 0 else { return nil }
        guard first.count > 1, second.count > 1 else { return Estimate(median: one / other, low: nil, high: nil) }
        var generator = SplitMix64(seed: seed)
        var ratios: [Double] = []
        for _ in 0..<Self.resamples {
            let top = Median.of(first.map { _ in first[generator.next(below: first.count)] }) ?? one
            let bottom = Median.of(second.map { _ in second[generator.next(below: second.count)] }) ?? other
            if bottom > 0 { ratios.append(top / bottom) }
        }
        ratios.sort()
        let tail = (1 - Self.confidence) / 2
        return Estimate(
            median: one / other, low: Median.quantile(tail, ofSorted: ratios),
            high: Median.quantile(1 - tail, ofSorted: ratios))
    }
}
