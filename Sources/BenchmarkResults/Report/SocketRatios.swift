import LoggerService

/// What Unix domain sockets come to beside TCP under one load: each transport that was measured over both, by itself.
struct SocketRatios: Sendable {
    /// A transport over Unix sockets by the same over TCP, in the same round; nil is what was not measured.
    struct Line: Sendable {
        var transport: String
        /// Of the median of the acknowledged latency.
        var p50: Estimate?
        /// Of its 99th percentile.
        var p99: Estimate?
        /// Of the throughput.
        var throughput: Estimate?
        /// Of the CPU time of all processes.
        var cpu: Estimate?
    }

    /// The load, over TCP.
    var load: LoadPoint
    /// In the order of the suite's transports.
    var lines: [Line]

    /// One for each load under which a transport was measured over both.
    static func all(of report: Report) -> [SocketRatios] {
        report.suite.points.filter { $0.socket == .tcp }.compactMap { load in
            let lines = report.suite.transports.compactMap { line($0, under: load, report) }
            return lines.isEmpty ? nil : SocketRatios(load: load, lines: lines)
        }
    }

    private static func line(_ transport: String, under load: LoadPoint, _ report: Report) -> Line? {
        var other = load
        other.socket = .unix
        let own = report.rows.filter { $0.planned.cell.transport == transport && $0.planned.cell.role == .cell }
        let tcp = own.filter { $0.planned.cell.point == load }
        let unix = own.filter { $0.planned.cell.point == other }
        func ratio(_ value: (ResultRow) -> Double?) -> Estimate? {
            Estimate(medianOf: Sample(unix, value).ratios(to: Sample(tcp, value)))
        }
        let line = Line(
            transport: transport, p50: ratio { $0.ackLatency?.knownP50Us }, p99: ratio { $0.ackLatency?.knownP99Us },
            throughput: ratio(\.throughput), cpu: ratio(\.totalCPUUsPerMessage))
        return line.throughput == nil ? nil : line
    }
}
