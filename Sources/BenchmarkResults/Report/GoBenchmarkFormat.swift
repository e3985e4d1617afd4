import Metrics
import PrintableText

/// The results in Go's benchmark format, for `benchstat` (golang.org/design/14313-benchmark-format): a line a valid row, so
/// that rounds are samples of one benchmark.
enum GoBenchmarkFormat {
    static func file(_ rows: [ResultRow], suite: Suite, environment: BenchmarkEnvironment) -> String {
        // Keys of the configuration are lower case, without spaces, and end in a colon.
        var lines = ["goos: linux", "pkg: brokerlab/\(suite.name)"]
        if let cpu = environment.cpuModel { lines.append("cpu: \(cpu)") }
        if let commit = environment.gitCommit { lines.append("commit: \(commit)") }
        for row in rows where row.isValid { if let line = line(row, suite) { lines.append(line) } }
        return lines.map { $0.printable + "\n" }.joined()
    }

    /// The name starts with `Benchmark` and an upper-case letter; parameters are `/key=value`; then the iterations, then
    /// pairs of value and unit.
    private static func line(_ row: ResultRow, _ suite: Suite) -> String? {
        guard let acked = row.acked, acked > 0, let throughput = row.throughput, throughput > 0 else { return nil }
        let cell = row.planned.cell
        var name = "BenchmarkSend/transport=\(cell.transport)/bytes=\(cell.payloadBytes)/inflight=\(cell.inFlight)"
        if cell.connections != 1 { name += "/connections=\(cell.connections)" }
        if let rate = cell.load.ratePerSecond { name += "/rate=\(DecimalText.short(rate))" }
        if cell.load == .cold { name += "/load=cold" }
        if let times = cell.load.overload { name += "/overload=\(NumberText.trimmed(times))" }
        if cell.churn > 0 { name += "/churn=\(cell.churn)" }
        if cell.store.isDurable { name += "/store=\(cell.store.rawValue)" }
        if cell.socket == .unix { name += "/socket=\(cell.socket.rawValue)" }
        if cell.network.isLink { name += "/network=\(cell.network.text)" }
        if cell.rabbitMQSide == .broker { name += "/rabbitmq_side=\(cell.rabbitMQSide.rawValue)" }
        if cell.tls.isOn { name += "/tls=\(cell.tls.rawValue)" }
        if !cell.parties.isOwn { name += "/parties=\(cell.parties.name)" }
        if cell.loggerWork != .none { name += "/logger_work_us=\(cell.loggerWork.microseconds)" }
        if cell.fault != .none { name += "/fault=\(cell.fault.rawValue)" }
        if cell.retries != .own { name += "/retries=\(cell.retries.rawValue)" }
        if cell.through != .none { name += "/through=\(cell.through.rawValue)" }
        if cell.role == .control { name += "/role=control" }
        var values: [(Double?, String)] = [
            (1e9 / throughput, "ns/op"), (throughput, "msgs/s"), (row.ackLatency?.knownP50Us, "p50-us"),
            (row.ackLatency?.knownP99Us, "p99-us"), (row.brokerCPUUsPerMessage, "broker-cpu-us/op"),
            (row.loggerCPUUsPerMessage, "logger-cpu-us/op"), (row.queueCPUUsPerMessage, "queue-cpu-us/op"),
            (row.storeCPUUsPerMessage, "store-cpu-us/op"), (row.throughCPUUsPerMessage, "through-cpu-us/op"),
        ]
        values.append((row.wireTxBytesPerMessage, "wire-tx-B/op"))
        let pairs = values.compactMap { value, unit in value.map { "\(DecimalText.format($0, places: 3)) \(unit)" } }
        return "\(name) \(acked) \(pairs.joined(separator: " "))"
    }
}
