/// Places of transports under one load; those that cannot be told apart share one.
struct Ranking: Sendable {
    /// A transport's place.
    struct Place: Sendable, Hashable {
        /// 1 and the number of transports that are better for sure.
        var rank: Int
        /// The transports that it cannot be told from.
        var tiedWith: [String]
    }

    /// The places by transport.
    let places: [String: Place]

    /// - Parameters:
    ///   - transports: those to be ranked with each other.
    ///   - comparisons: their comparisons, in which the larger value is the better one.
    init(_ transports: [String], _ comparisons: [Comparison]) {
        var better: [String: Int] = [:]
        var tied: [String: [String]] = [:]
        for comparison in comparisons
        where transports.contains(comparison.first) && transports.contains(comparison.second) {
            if comparison.isSignificant, let ratio = comparison.ratio?.median {
                better[ratio > 1 ? comparison.second : comparison.first, default: 0] += 1
            } else {
                tied[comparison.first, default: []].append(comparison.second)
                tied[comparison.second, default: []].append(comparison.first)
            }
        }
        places = Dictionary(
            uniqueKeysWithValues: transports.map { transport in
                (transport, Place(rank: 1 + better[transport, default: 0], tiedWith: tied[transport, default: []]))
            })
    }
}
