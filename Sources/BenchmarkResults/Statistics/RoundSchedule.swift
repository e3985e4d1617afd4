/// Says what each next round of a run measures, from what has been measured.
///
/// With a fixed number of rounds each has all cells. With a time budget the first rounds have, up to the first of the run's
/// ``Looks``. Then rounds go, from look to look, to those transports of each load that are in a pair whose order is open, as
/// long as all rounds until the next look fit into the budget; those loads that need the fewest come first, and one that
/// does not fit is left as it is, for good. The control goes along where its transport is measured.
package struct RoundSchedule: Sendable {
    private let suite: Suite
    private let floor: String
    private let first: Int
    private let looks: Looks
    private var order: RoundOrder
    /// What a round has: groups, of which each stays together.
    private var groups: [[Cell]]
    /// The last round that is decided on.
    private var planned: Int

    /// A schedule of a suite's cells, or of groups of them; its numbers start behind `count`.
    package init(suite: Suite, floor: String, groups: [[Cell]]? = nil, after count: Int = 0) {
        self.suite = suite
        self.floor = floor
        self.groups = groups ?? suite.grouped(suite.cells)
        first = count
        looks = Looks(suite)
        order = RoundOrder(seed: suite.seed, after: count)
        planned = max(1, suite.rounds)
    }

    /// The number of cells that are decided on, those measured included.
    package var count: Int {
        order.count - first + (planned - order.round) * groups.map(\.count).reduce(0, +)
    }

    /// The next round; nil where nothing more is to be measured.
    /// - Parameters:
    ///   - results: all rows so far.
    ///   - seconds: how long their rounds took together.
    package mutating func next(after results: [ResultRow], seconds: Double) -> [PlannedCell]? {
        if order.round == planned {
            guard let next = looks.next(after: planned) else { return nil }
            let perCell = seconds / Double(max(1, order.count - first))
            let cells = openCells(
                results, rounds: next - planned, cellsLeft: ((suite.timeBudget ?? 0) - seconds) / perCell)
            guard !cells.isEmpty else { return nil }
            groups = suite.grouped(cells)
            planned = next
        }
        return order.next(groups)
    }

    /// Whether there is no row of a cell that the audit trusts, so that nothing is known of it.
    private func isDoubted(_ cell: Cell, _ results: [ResultRow]) -> Bool {
        let rows = results.of(cell)
        return suite.transports.count > 1 && cell.role == .cell && cell.isSteady
            && !rows.contains { $0.isValid || $0.hasFailed }
    }

    /// The cells of the last round that are to be measured further, as many loads as there is time for.
    private func openCells(_ results: [ResultRow], rounds: Int, cellsLeft: Double) -> [Cell] {
        let summary = Summary(suite: suite, floor: floor)
        let cells = groups.flatMap(\.self)
        let points = suite.points.filter { point in cells.contains { $0.point == point } }
        let open = points.compactMap { point -> (cells: [Cell], roundsToDecide: Int)? in
            let pairs = summary.comparisons(at: point, of: results).filter(\.isOpen)
            let needed = cells.filter { cell in
                cell.point == point && (pairs.contains { $0.has(cell.transport) } || isDoubted(cell, results))
            }
            guard !needed.isEmpty else { return nil }
            return (needed, pairs.compactMap(\.roundsToDecide).min() ?? .max)
        }
        var chosen: [Cell] = []
        for load in open.sorted(by: { $0.roundsToDecide < $1.roundsToDecide })
        where Double((chosen.count + load.cells.count) * rounds) <= cellsLeft {
            chosen += load.cells
        }
        return chosen
    }
}
