import LoggerService

/// Works out the rows of `summary.csv` from those of `results.csv`.
///
/// Only valid rows count. A ratio compares rows of the same round, measured within minutes of each other, so that a
/// machine that drifts from round to round drifts out of it.
struct Summary: Sendable {
    var suite: Suite
    /// The selector of the transport that the others are divided by.
    var floor: String

    /// The rows, in the order of the suite's cells; cells without any measurement have none.
    func rows(of results: [ResultRow]) -> [SummaryRow] {
        let byCell = Dictionary(grouping: results, by: \.planned.cell)
        return suite.cells.compactMap { cell in
            byCell[cell].map { row(of: cell, $0, floorRows: byCell[floorCell(of: cell)] ?? []) }
        }
    }

    private func floorCell(of cell: Cell) -> Cell {
        Cell(transport: floor, payloadBytes: cell.payloadBytes, inFlight: cell.inFlight)
    }

    private func row(of cell: Cell, _ all: [ResultRow], floorRows: [ResultRow]) -> SummaryRow {
        let valid = all.filter(\.isValid)
        let bootstrap = Bootstrap(seed: suite.seed)
        func median(_ value: (ResultRow) -> Double?) -> Double? {
            Median.of(valid.compactMap(value))
        }
        return SummaryRow(
            cell: cell, mode: all[0].mode, codec: all[0].codec,
            acknowledgementClass: all[0].acknowledgementClass, count: valid.count,
            invalidCount: all.count - valid.count, throughput: bootstrap.estimate(valid.compactMap(\.throughput)),
            ratioToFloor: bootstrap.estimate(Self.ratios(valid, to: floorRows.filter(\.isValid))),
            ackP50Us: median { $0.ackLatency?.p50Us }, ackP99Us: median { $0.ackLatency?.p99Us },
            deliveredP99Us: median { $0.deliveredLatency?.p99Us },
            brokerCPUUsPerMessage: median(\.brokerCPUUsPerMessage),
            loggerCPUUsPerMessage: median(\.loggerCPUUsPerMessage),
            queueCPUUsPerMessage: median(\.queueCPUUsPerMessage))
    }

    /// The throughput by that of the floor in the same round, for the rounds that have both.
    static func ratios(_ rows: [ResultRow], to floorRows: [ResultRow]) -> [Double] {
        rows.compactMap { row in
            guard let value = row.throughput,
                let floor = floorRows.first(where: { $0.planned.block == row.planned.block })?.throughput, floor > 0
            else { return nil }
            return value / floor
        }
    }
}
