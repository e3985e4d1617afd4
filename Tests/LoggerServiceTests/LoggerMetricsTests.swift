import Broker
import Metrics
import Testing

@testable import LoggerService

@Suite("Metrics of a logger")
struct LoggerMetricsTests {
    @Test("what transports have brought, and the accounts of runs, are those of the ledger")
    func ledger() {
        let ledger = Ledger(storeBytes: 100_000, loops: 2)
        let (tcp, http) = (ledger.recorder(for: "tcp"), ledger.recorder(for: "http"))
        for loop in 0..<2 { tcp.recorder(forLoop: loop).record(run: "r", UInt64(loop)) }
        http.countUndecodable()
        tcp.countRepeated(ReceivedEntry(name: RawSpan(), data: RawSpan()))
        let lines = Set(
            MetricsText.text(of: LoggerMetrics(ledger: ledger).families).split(separator: "\n").map(String.init))
        for line in [
            #"brokerlab_logger_recorded_entries_total{transport="tcp"} 2"#,
            #"brokerlab_logger_recorded_entries_total{transport="http"} 0"#,
            #"brokerlab_logger_undecodable_messages_total{transport="http"} 1"#,
            #"brokerlab_logger_repeated_entries_total{transport="tcp"} 1"#,
            "brokerlab_logger_runs 1", "brokerlab_logger_runs_limit_bytes 268435456",
            "brokerlab_logger_untracked_entries_total 0",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
        #expect(!lines.contains { $0.contains("brokerlab_store") })
    }
}
