import Metrics
import Testing

@testable import BenchmarkKit
@testable import BenchmarkResults

@Suite("Metrics of a benchmark")
struct BenchmarkMetricsTests {
    private let labels =
        #"transport="grpc",payload_bytes="100",in_flight="64",connections="1",role="cell",round="1",number="3""#

    private func lines(_ metrics: BenchmarkMetrics) -> Set<String> {
        Set(MetricsText.text(of: metrics.families).split(separator: "\n").map(String.init))
    }

    @Test("what is under way is told of until its row is there")
    func running() {
        let metrics = BenchmarkMetrics()
        #expect(lines(metrics).contains("brokerlab_bench_cells_measured_total 0"))
        let row = ResultRow.sample()
        metrics.show(.measuring(row.planned, of: 20, soFar: nil, secondsLeft: 40.5))
        #expect(lines(metrics).contains("brokerlab_bench_running{\(labels)} 1"))
        #expect(!lines(metrics).contains { $0.hasPrefix("brokerlab_bench_running_") })
        metrics.show(
            .measuring(row.planned, of: 20, soFar: .init(messagesPerSecond: 1234.5, p99Us: 250), secondsLeft: 40.5))
        var found = lines(metrics)
        #expect(found.contains("brokerlab_bench_running_messages_per_second{\(labels)} 1234.5"))
        #expect(found.contains("brokerlab_bench_running_ack_seconds{\(labels),quantile=\"0.99\"} 0.00025"))
        #expect(found.contains("brokerlab_bench_cells 20") && found.contains("brokerlab_bench_remaining_seconds 40.5"))
        metrics.show(.measured(row, row.planned, of: 20, secondsLeft: 39))
        found = lines(metrics)
        #expect(!found.contains { $0.hasPrefix("brokerlab_bench_running") })
        #expect(found.contains("brokerlab_bench_cells_measured_total 1"))
        metrics.show(.ended)
        #expect(lines(metrics).contains("brokerlab_bench_remaining_seconds 0"))
    }

    @Test("a row has its own numbers, in seconds, and nothing of what it has empty")
    func row() {
        let metrics = BenchmarkMetrics()
        var row = ResultRow.sample(invalidReasons: ["audit: \"x\""])
        (row.sent, row.acked, row.errors, row.loggerCPUUsPerMessage) = (1000, 998, 2, 4)
        metrics.show(.measured(row, row.planned, of: 1, secondsLeft: 0))
        let found = lines(metrics)
        let own = labels + #",run_id="abcdef-1m""#
        for line in [
            "brokerlab_bench_sent_entries_total{\(own)} 1000", "brokerlab_bench_acknowledged_entries_total{\(own)} 998",
            "brokerlab_bench_failed_entries_total{\(own),fate=\"any\"} 2", "brokerlab_bench_valid{\(own)} 0",
            "brokerlab_bench_messages_per_second{\(own)} 12345.6",
            "brokerlab_bench_ack_seconds{\(own),quantile=\"0.5\"} 5.71e-05",
            "brokerlab_bench_cpu_seconds_per_message{\(own),process=\"logger\"} 4e-06",
            "brokerlab_bench_cells_invalid_total 1",
        ] {
            #expect(found.contains(line), "\(line)")
        }
        #expect(
            found.contains {
                $0.contains("brokerlab_bench_row_info{") && $0.contains(#"invalid_reason="audit: \"x\"""#)
            })
        #expect(!found.contains { $0.contains("delivered") || $0.contains("lost") || $0.contains("resident") })
    }

    @Test("what failed is told by its fate where the row knows it")
    func fates() {
        let metrics = BenchmarkMetrics()
        var row = ResultRow.sample()
        (row.errors, row.notSent, row.rejected, row.unknown, row.unknownArrived) = (6, 1, 2, 3, 1)
        metrics.show(.measured(row, row.planned, of: 1, secondsLeft: 0))
        let found = lines(metrics).filter { $0.hasPrefix("brokerlab_bench_failed_entries_total{") }
        let own = labels + #",run_id="abcdef-1m""#
        #expect(
            found == [
                "brokerlab_bench_failed_entries_total{\(own),fate=\"not_sent\"} 1",
                "brokerlab_bench_failed_entries_total{\(own),fate=\"rejected\"} 2",
                "brokerlab_bench_failed_entries_total{\(own),fate=\"unknown\"} 3",
            ])
    }
}
