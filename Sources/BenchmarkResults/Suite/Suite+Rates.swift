extension Suite {
    /// The rates of its loads, nil for a closed one; none where all is one closed load.
    var rates: [Double?] {
        get { loads == [.closed] ? [] : loads.map(\.ratePerSecond) }
        set {
            loads = newValue.map { $0.map { .open(ratePerSecond: $0, arrivals: arrivals) } ?? .closed }
            coldDials = nil
        }
    }

    /// How the entries of its open loads are spread.
    var arrivals: Arrivals {
        get { loads.lazy.compactMap(\.arrivals).first ?? .constant }
        set {
            loads = loads.map { load in load.ratePerSecond.map { .open(ratePerSecond: $0, arrivals: newValue) } ?? load
            }
        }
    }
}
