import Metrics
import LoggerService

@testable import BenchmarkResults

extension ResultRow {
    /// A row of gRPC with its rate and latency.
    static func sample(load: LoadModel = .closed, invalidReasons: [InvalidReason] = []) -> ResultRow {
        let cell = Cell(transport: "grpc", payloadBytes: 100, inFlight: 64, load: load)
        var row = ResultRow(
            runID: "abcdef-1m", startedAt: "2026-01-31T12:00:00Z",
            planned: PlannedCell(cell: cell, block: 1, orderInBlock: 2, number: 3), mode: "unary", codec: "protobuf",
            peerVersion: nil, isEncrypted: false, acknowledgementClass: "recorded")
        row.throughput = 12345.6
        row.ackLatency = LatencySummary(
            count: 10, p50Us: 57.1, p90Us: 80, p99Us: 1234.5, p999Us: 2000, maxUs: 3000, meanUs: 60)
        row.invalidReasons = invalidReasons
        return row
    }
}
