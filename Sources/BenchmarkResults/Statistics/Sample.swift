/// What one cell measured of one quantity, a value a round: valid rows only.
struct Sample: Sendable, Hashable {
    /// The values by their round.
    var values: [Int: Double]

    init(_ rows: [ResultRow], _ value: (ResultRow) -> Double?) {
        values = [:]
        for row in rows where row.isValid {
            if let value = value(row) { values[row.planned.block] = value }
        }
    }

    /// The values, in the order of their rounds.
    var all: [Double] { values.sorted { $0.key < $1.key }.map(\.value) }

    /// The values by those of another cell in the same round, for the rounds that have both: rows of one round were
    /// measured within seconds of each other, so that a machine that drifts drifts out of their ratio.
    func ratios(to other: Sample) -> [Double] {
        ratiosByRound(to: other).sorted { $0.key < $1.key }.map(\.value)
    }

    /// The geometric means of these values and others' of the same round; a round that only one has is as it is there.
    func averaged(with other: Sample) -> Sample {
        var sample = self
        sample.values.merge(other.values) { ($0 * $1).squareRoot() }
        return sample
    }

    /// The same by their round.
    func ratiosByRound(to other: Sample) -> [Int: Double] {
        var ratios: [Int: Double] = [:]
        for (round, value) in values {
            if let divisor = other.values[round], divisor > 0 { ratios[round] = value / divisor }
        }
        return ratios
    }
}

extension [ResultRow] {
    /// The rows of a cell.
    func of(_ cell: Cell) -> [ResultRow] { filter { $0.planned.cell == cell } }
}
