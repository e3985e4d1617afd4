/// Draws the order of one round after the other from a seed.
struct RoundOrder: Sendable {
    private var generator: SplitMix64
    /// The cells drawn so far, and those that were before.
    private(set) var count: Int
    /// The number of the last round; 0 before the first.
    private(set) var round = 0

    init(seed: UInt64, after count: Int = 0) {
        generator = SplitMix64(seed: seed)
        self.count = count
    }

    /// The next round: groups in an order of their own, of which each stays together.
    mutating func next(_ groups: [[Cell]]) -> [PlannedCell] {
        round += 1
        var groups = groups
        generator.shuffle(&groups)
        let cells = groups.flatMap { group in
            var group = group
            generator.shuffle(&group)
            return group
        }
        defer { count += cells.count }
        return cells.enumerated().map { index, cell in
            PlannedCell(cell: cell, block: round, orderInBlock: index + 1, number: count + index + 1)
        }
    }
}
