import Metrics

/// What a difference in the setting comes to under one load: each transport that was measured both ways, by itself.
struct SettingRatios: Sendable {
    /// A transport by the same as usual, in the same round; nil is what was not measured.
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

    /// What differs.
    var contrast: SettingContrast
    /// The load, as usual.
    var load: LoadPoint
    /// The same otherwise.
    var other: LoadPoint
    /// In the order of the suite's transports.
    var lines: [Line]

    /// One for each load under which a transport was measured both ways, and each such way.
    static func all(_ contrast: SettingContrast, of report: Report) -> [SettingRatios] {
        report.suite.steadyPoints.flatMap { load in
            contrast.otherwise(load, in: report.suite).compactMap { other in
                let lines = report.suite.transports.compactMap { line($0, under: other, by: load, report) }
                return lines.isEmpty ? nil : SettingRatios(contrast: contrast, load: load, other: other, lines: lines)
            }
        }
    }

    /// How it differs: `over TLS`.
    var difference: String { contrast.difference(of: other) }

    private static func line(
        _ transport: String, under other: LoadPoint, by load: LoadPoint, _ report: Report
    ) -> Line? {
        let own = report.rows.filter { $0.planned.cell.transport == transport && $0.planned.cell.role == .cell }
        let usual = own.filter { $0.planned.cell.point == load }
        let different = own.filter { $0.planned.cell.point == other }
        func ratio(_ value: (ResultRow) -> Double?) -> Estimate? {
            Estimate(medianOf: Sample(different, value).ratios(to: Sample(usual, value)))
        }
        let line = Line(
            transport: transport, p50: ratio { $0.ackLatency?.knownP50Us }, p99: ratio { $0.ackLatency?.knownP99Us },
            throughput: ratio(\.throughput), cpu: ratio(\.totalCPUUsPerMessage))
        return line.throughput == nil ? nil : line
    }
}
