/// Places of transports under one load; those that cannot be told apart share some.
struct Ranking: Sendable {
    /// A transport's place.
    struct Place: Sendable, Hashable {
        /// 1 and the number of transports that are better for sure.
        var best: Int
        /// The number of transports less those that are worse for sure.
        var worst: Int
        /// The transports that it cannot be told from.
        var tiedWith: [String]
        /// Those of them that it is equal to for sure, as far as it matters.
        var equalTo: [String]
    }

    /// The places by transport.
    let places: [String: Place]

    /// - Parameters:
    ///   - transports: those to be ranked with each other.
    ///   - comparisons: their comparisons, in which the larger value is the better one.
    init(_ transports: [String], _ comparisons: [Comparison]) {
        let whole = Place(best: 1, worst: transports.count, tiedWith: [], equalTo: [])
        var places = Dictionary(uniqueKeysWithValues: transports.map { ($0, whole) })
        for comparison in comparisons
        where transports.contains(comparison.first) && transports.contains(comparison.second) {
            if let better = comparison.better {
                places[comparison.other(than: better)]?.best += 1
                places[better]?.worst -= 1
                continue
            }
            for name in [comparison.first, comparison.second] {
                places[name]?.tiedWith.append(comparison.other(than: name))
                if comparison.isEqual { places[name]?.equalTo.append(comparison.other(than: name)) }
            }
        }
        self.places = places
    }
}
