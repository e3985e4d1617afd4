import Histogram
import Metrics

/// What cold connections take at one point of a suite: until a connection takes an entry, and until that is acknowledged.
struct ColdCosts: Sendable {
    /// A stretch from the beginning of a dial on.
    struct Stretch: Sendable {
        /// How long it takes, in microseconds: the median.
        var time: Estimate?
        /// How many round trips of the link that is; nil without one.
        var roundTrips: Double?
        /// Bytes sent and received on the broker's socket meanwhile.
        var bytes: (sent: Double, received: Double)?
    }

    /// A transport.
    struct Line: Sendable {
        var transport: String
        /// Until the connection takes an entry.
        var connect: Stretch
        /// Until the entry is acknowledged.
        var whole: Stretch
        /// The 99th percentile of the same, of all valid rounds together; nil where they have too few connections.
        var p99Us: Double?
    }

    var point: LoadPoint
    /// In the order of the suite's transports.
    var lines: [Line]

    /// One for each point of cold connections that was measured.
    static func all(of report: Report) -> [ColdCosts] {
        report.suite.points.filter { $0.load == .cold }.compactMap { point in
            let rows = report.summary.filter { $0.cell.point == point && $0.ackP50 != nil }
            return rows.isEmpty ? nil : ColdCosts(point: point, lines: rows.map { line($0, report) })
        }
    }

    private static func line(_ row: SummaryRow, _ report: Report) -> Line {
        func median(_ column: String) -> Double? { row.medians[column]?.median }
        func bytes(_ sent: String, _ received: String) -> (Double, Double)? {
            median(sent).flatMap { sent in median(received).map { (sent, $0) } }
        }
        let latencies = report.latencies(of: row.cell)
        let isKnown = latencies.map { LatencySummary.highestPercentile(of: $0.totalCount) >= 99 } ?? false
        return Line(
            transport: row.cell.transport,
            connect: Stretch(
                time: row.medians["connect_p50_us"], roundTrips: median("connect_round_trips"),
                bytes: bytes("handshake_tx_bytes", "handshake_rx_bytes")),
            whole: Stretch(
                time: row.ackP50, roundTrips: median("cold_round_trips"),
                bytes: bytes("wire_tx_bytes_per_msg", "wire_rx_bytes_per_msg")),
            p99Us: isKnown ? latencies.map { Double($0.valueAtPercentile(99)) / 1000 } : nil)
    }
}

extension Report {
    /// The acknowledged latencies of a cell, all valid rounds together, in nanoseconds; nil where there are none.
    func latencies(of cell: Cell) -> Histogram<UInt32>? {
        let all = rows.of(cell).filter(\.isValid).compactMap { histograms[$0.planned.tag] }
        guard var sum = all.first else { return nil }
        for other in all.dropFirst() { sum.add(other) }
        return sum
    }
}
