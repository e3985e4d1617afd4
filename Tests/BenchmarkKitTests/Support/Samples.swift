import LoggerService

@testable import BenchmarkKit

extension ResultRow {
    /// A row with every figure measured.
    static func sample(
        transport: String = "tcp", payloadBytes: Int = 100, inFlight: Int = 1, block: Int = 1,
        throughput: Double = 12345.6, invalidReasons: [String] = [], load: LoadModel = .closed,
        role: CellRole = .cell
    ) -> ResultRow {
        let cell = Cell(
            transport: transport, payloadBytes: payloadBytes, inFlight: inFlight, load: load, role: role)
        let latency = LatencySummary(
            count: 10, p50Us: 57.1, p90Us: 80, p99Us: 1234.5, p999Us: 2000, maxUs: 3000, meanUs: 60)
        return ResultRow(
            runID: "abcdef-1m", startedAt: "2026-01-31T12:00:00Z",
            planned: PlannedCell(cell: cell, block: block, orderInBlock: 2, number: 3), mode: "unary",
            codec: "protobuf", peerVersion: "3.10.8", isEncrypted: false, acknowledgementClass: "recorded",
            sent: 10, acked: 10, delivered: 10, lost: 0, duplicated: 0, reordered: 0, corrupt: 0, errors: 0,
            throughput: throughput, ackLatency: latency, deliveredLatency: latency, uncorrectedP99Us: 1,
            scheduleSlipP99Us: 2, arrivalErrorP50Us: 5, arrivalErrorP99Us: 20, brokerCPUUsPerMessage: 3.25,
            loggerCPUUsPerMessage: 4.5, queueCPUUsPerMessage: 120,
            brokerRSSPeakBytes: 1 << 20, loggerRSSPeakBytes: 1 << 21, wireTxBytesPerMessage: 140.5,
            wireRxBytesPerMessage: 8,
            littleRatio: 0.99, cpuStealPercent: 1.5, generatorCPUPercent: 90, foreignCPUPercent: 2,
            generatorWaitPercent: 4,
            stationarityRatio: 1.01, clockStepUs: 0.2,
            invalidReasons: invalidReasons)
    }
}
