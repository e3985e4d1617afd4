/// The order in which a suite's cells are measured.
///
/// Every round holds every cell once, in an order of its own, so that a machine that becomes slower meanwhile makes no
/// transport slower than another.
public struct Plan: Sendable, Hashable {
    /// The cells in the order of their measurement.
    public let cells: [PlannedCell]

    /// Creates the plan of a suite; the same suite and seed give the same plan.
    public init(suite: Suite) {
        var generator = SplitMix64(seed: suite.seed)
        var cells: [PlannedCell] = []
        for block in 1...max(1, suite.rounds) {
            var round = suite.cells
            generator.shuffle(&round)
            for (index, cell) in round.enumerated() {
                cells.append(
                    PlannedCell(cell: cell, block: block, orderInBlock: index + 1, number: cells.count + 1))
            }
        }
        self.cells = cells
    }
}

extension Suite {
    /// The cells of one round, in the order of the suite's lists.
    public var cells: [Cell] {
        payloadBytes.flatMap { payload in
            inFlight.flatMap { inFlight in
                transports.map { Cell(transport: $0, payloadBytes: payload, inFlight: inFlight) }
            }
        }
    }
}
