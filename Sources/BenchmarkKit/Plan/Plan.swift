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
    /// The loads that every transport is put under, in the order of the suite's lists.
    public var points: [LoadPoint] {
        loads.flatMap { load in
            payloadBytes.flatMap { payload in
                connections.flatMap { connections in
                    inFlight.filter { $0 >= connections }.map {
                        LoadPoint(payloadBytes: payload, inFlight: $0, connections: connections, load: load)
                    }
                }
            }
        }
    }

    /// The cells of one round, in the order of the suite's lists; those of the control transport's other roles are the last of
    /// their load.
    public var cells: [Cell] {
        points.flatMap { point in
            let cells = transports.map { cell($0, point) }
            guard let controlTransport else { return cells }
            let hasBareLoop = bareLoop == true && point.load == .closed && messagesPerOperation == 1
            let roles: [CellRole] = hasBareLoop ? [.control, .bareLoop] : [.control]
            return cells + roles.map { cell(controlTransport, point, $0) }
        }
    }

    /// The transport that is measured twice: the one asked for, the floor, or the first one.
    public var controlTransport: String? {
        control ?? (transports.contains(Suite.floor) ? Suite.floor : transports.first)
    }

    /// The transport that the others are divided by.
    public static let floor = "tcp"

    private func cell(_ transport: String, _ point: LoadPoint, _ role: CellRole = .cell) -> Cell {
        Cell(
            transport: transport, payloadBytes: point.payloadBytes, inFlight: point.inFlight,
            connections: point.connections, load: point.load, role: role)
    }
}
