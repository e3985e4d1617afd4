import Metrics

@testable import BenchmarkResults

extension ResultRow {
    /// A row with every figure measured.
    static func sample(
        transport: String = "tcp", payloadBytes: Int = 100, inFlight: Int = 1, block: Int = 1,
        throughput: Double = 12345.6, invalidReasons: [InvalidReason] = [], load: LoadModel = .closed,
        role: CellRole = .cell
    ) -> ResultRow {
        let cell = Cell(
            transport: transport, payloadBytes: payloadBytes, inFlight: inFlight, load: load, role: role)
        let latency = LatencySummary(
            count: 10, p50Us: 57.1, p90Us: 80, p99Us: 1234.5, p999Us: 2000, maxUs: 3000, meanUs: 60)
        var row = ResultRow(
            runID: "abcdef-1m", startedAt: "2026-01-31T12:00:00Z",
            planned: PlannedCell(cell: cell, block: block, orderInBlock: 2, number: 3), mode: "unary",
            codec: "protobuf", peerVersion: "3.10.8", isEncrypted: false, acknowledgementClass: "recorded")
        row.sent = 10
        row.acked = 10
        row.delivered = 10
        row.lost = 0
        row.duplicated = 0
        row.reordered = 0
        row.corrupt = 0
        row.errors = 0
        row.throughput = throughput
        row.ackLatency = latency
        row.deliveredLatency = latency
        row.uncorrectedP99Us = 1
        row.scheduleSlipP99Us = 2
        row.arrivalErrorP50Us = 5
        row.arrivalErrorP99Us = 20
        row.brokerCPUUsPerMessage = 3.25
        row.loggerCPUUsPerMessage = 4.5
        row.queueCPUUsPerMessage = 120
        row.brokerRSSPeakBytes = 1 << 20
        row.loggerRSSPeakBytes = 1 << 21
        row.wireTxBytesPerMessage = 140.5
        row.wireRxBytesPerMessage = 8
        row.littleRatio = 0.99
        row.cpuStealPercent = 1.5
        row.generatorCPUPercent = 90
        row.foreignCPUPercent = 2
        row.generatorWaitPercent = 4
        row.stationarityRatio = 1.01
        row.clockStepUs = 0.2
        row.invalidReasons = invalidReasons
        return row
    }
}
