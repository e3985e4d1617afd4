import Glibc

/// Where on an axis two transports change places.
struct Crossover: Sendable, Hashable {
    /// The better one below the crossover.
    var below: String
    /// The better one above it.
    var above: String
    /// Where the medians meet, on the axis between the two measured values; with its 95% interval.
    var value: Estimate

    /// All crossovers of pairs of transports along a sweep: both sides of each must be significant.
    static func all(
        in sweep: Sweep, transports: [String], samples: (String, LoadPoint) -> Sample?,
        comparisons: (LoadPoint) -> [Comparison]
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
                        if let value = meeting(span, sweep.axis, first, second, samples) {
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
        comparisons.first { $0.has(first) && $0.has(second) }?.better
    }

    /// Where the ratio of the two passes 1; with all places at which the rounds, on the line between the points, do not say
    /// that it is another.
    private static func meeting(
        _ points: [LoadPoint], _ axis: Sweep.Axis, _ first: String, _ second: String,
        _ samples: (String, LoadPoint) -> Sample?
    ) -> Estimate? {
        let places = points.compactMap { axis.value($0).map { axis.place(of: $0) } }
        let ratios = points.map { point -> [Int: Double] in
            guard let one = samples(first, point), let other = samples(second, point) else { return [:] }
            return one.ratiosByRound(to: other).mapValues { log($0) }
        }
        guard places.count == points.count, let met = meeting(places, ratios) else { return nil }
        return Estimate(
            median: axis.value(at: met.median), low: met.low.map { axis.value(at: $0) },
            high: met.high.map { axis.value(at: $0) },
            coverage: met.coverage)
    }

    /// The place on the axis, for the logarithms of the ratios by their round at each.
    static func meeting(_ places: [Double], _ ratios: [[Int: Double]]) -> Estimate? {
        // Points of one round belong together.
        let rounds = ratios[0].keys.filter { round in ratios.allSatisfy { $0[round] != nil } }
        guard !rounds.isEmpty else { return nil }
        /// What the rounds say at a place on the axis.
        func estimate(at place: Double) -> Estimate? {
            let next = max(1, places.firstIndex { $0 >= place } ?? places.count - 1)
            let part = (place - places[next - 1]) / (places[next] - places[next - 1])
            return Estimate(
                medianOf: rounds.compactMap { round in
                    guard let from = ratios[next - 1][round], let to = ratios[next][round] else { return nil }
                    return from + (to - from) * part
                })
        }
        let (start, end) = (places[0], places[places.count - 1])
        let grid = (0...steps).map { start + (end - start) * Double($0) / Double(steps) }
        let estimates = grid.compactMap(estimate)
        guard estimates.count == grid.count, let middle = crossing(grid, estimates.map(\.median)) else { return nil }
        let possible = zip(grid, estimates).filter { ($0.1.low ?? 0) <= 0 && ($0.1.high ?? 0) >= 0 }.map(\.0)
        return Estimate(
            median: middle, low: possible.first.map { min($0, middle) }, high: possible.last.map { max($0, middle) },
            coverage: estimates[0].coverage)
    }

    /// How finely an interval is searched.
    private static let steps = 400

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
