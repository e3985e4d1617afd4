/// The correction of Holm (1979) for several tests at once: the chance that even one of them finds a difference where
/// there is none stays below the level.
enum Holm {
    /// The adjusted p-values, in the order of the given ones.
    static func adjust(_ p: [Double]) -> [Double] {
        var adjusted = p
        var largest = 0.0
        for (rank, index) in p.indices.sorted(by: { p[$0] < p[$1] }).enumerated() {
            largest = max(largest, min(1, p[index] * Double(p.count - rank)))
            adjusted[index] = largest
        }
        return adjusted
    }
}
