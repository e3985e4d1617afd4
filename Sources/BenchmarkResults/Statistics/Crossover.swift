import Glibc

/// Where on an axis two transports change places.
struct Crossover: Sendable, Hashable {
    /// The better one below the crossover.
    var below: String
    /// The better one above it.
    var above: String
    /// Where the medians meet, on a logarithmic axis between the two measured values; with its 95% bootstrap interval.
    var value: Estimate

    /// All crossovers of pairs of transports along a sweep: both sides of each must be significant.
    static func all(
        in sweep: Sweep, transports: [String], samples: (String, LoadPoint) -> Sample?,
        comparisons: (LoadPoint) -> [Comparison], seed: UInt64
    ) -> [Crossover] {
        var found: [Crossover] = []
        for (index, first) in transports.enumerated() {
            for second in transports[(index + 1)...] {
                let winners = sweep.points.map { winner(first, second, comparisons($0)) }
                // Points of a tie are passed over: the places change between two winners.
                var last: (winner: String, index: Int)?
                for (place, winner) in winners.enumerated() {
                    guard let winner else { continue }
                    if let last, last.winner != winner {
                        let span = Array(sweep.points[last.index...place])
                        if let value = meeting(span, sweep.axis, first, second, samples, seed) {
                            found.append(Crossover(below: last.winner, above: winner, value: value))
                        }
                    }
                    last = (winner, place)
                }
            }
        }
        return found
    }

    private static func winner(_ first: String, _ second: String, _ comparisons: [Comparison]) -> String? {
        guard
            let comparison = comparisons.first(where: { Set([$0.first, $0.second]) == Set([first, second]) }),
            comparison.isSignificant, let ratio = comparison.ratio?.median
        else { return nil }
        return ratio > 1 ? comparison.first : comparison.second
    }

    /// Where the ratio of the two passes 1, and where it does in resamples of the rounds.
    private static func meeting(
        _ points: [LoadPoint], _ axis: Sweep.Axis, _ first: String, _ second: String,
        _ samples: (String, LoadPoint) -> Sample?, _ seed: UInt64
    ) -> Estimate? {
        let places = points.compactMap { axis.value($0).map { log($0) } }
        let ratios = points.map { point -> [Double] in
            guard let one = samples(first, point), let other = samples(second, point) else { return [] }
            return one.ratios(to: other).map { log($0) }
        }
        guard ratios.allSatisfy({ !$0.isEmpty }),
            let middle = crossing(places, ratios.compactMap { Median.of($0) })
        else { return nil }
        var generator = SplitMix64(seed: seed)
        var values: [Double] = []
        for _ in 0..<Bootstrap.resamples {
            let medians = ratios.compactMap { sample in
                Median.of(sample.map { _ in sample[generator.next(below: sample.count)] })
            }
            // A resample in which the sides do not differ says that the crossover lies at an end or beyond.
            values.append(crossing(places, medians) ?? nearerEnd(places, medians))
        }
        values.sort()
        let tail = (1 - Bootstrap.confidence) / 2
        return Estimate(
            median: exp(middle), low: Median.quantile(tail, ofSorted: values).map { exp($0) },
            high: Median.quantile(1 - tail, ofSorted: values).map { exp($0) })
    }

    private static func nearerEnd(_ places: [Double], _ values: [Double]) -> Double {
        let (first, last) = (values[0].magnitude, values[values.count - 1].magnitude)
        return first < last ? places[0] : places[places.count - 1]
    }

    /// The first zero of a line through the values.
    private static func crossing(_ places: [Double], _ values: [Double]) -> Double? {
        for index in values.indices.dropFirst() where values[index - 1].sign != values[index].sign {
            let (from, to) = (values[index - 1], values[index])
            guard to != from else { continue }
            return places[index - 1] + (places[index] - places[index - 1]) * (-from / (to - from))
        }
        return nil
    }
}
