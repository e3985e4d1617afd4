/// When a rate is back that was gone: what is asked of the entries that are acknowledged again.
enum RateRecovery {
    /// How wide the bins are in which it is told, in nanoseconds.
    static let binWidth: UInt64 = 100_000_000
    /// How much of the rate has to be acknowledged in a bin for the rate to be back.
    static let partOfRate = 0.9
    /// For how many bins, together.
    static let binsInARow = 5

    /// The first bin of those that have the rate again; nil where there is none.
    /// - Parameters:
    ///   - bins: how many entries were acknowledged in each.
    ///   - rate: the whole rate, in entries a bin.
    static func first(of bins: [Int], rate: Double) -> Int? {
        guard bins.count >= binsInARow else { return nil }
        let wanted = partOfRate * rate
        return (0...bins.count - binsInARow).first { index in
            let sum = bins[index..<index + binsInARow].reduce(0, +)
            return Double(bins[index]) >= wanted && Double(sum) >= wanted * Double(binsInARow)
        }
    }
}
