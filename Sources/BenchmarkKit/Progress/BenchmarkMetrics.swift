import BenchmarkResults
package import Metrics
import Synchronization

/// How far a benchmark is, and what its rows hold, as metrics.
///
/// It is told what progress is told, and so costs no entry anything: a row when its cell is over, with the numbers that
/// `results.csv` has of it.
package final class BenchmarkMetrics: ProgressSink {
    private struct State {
        var cells = 0
        var secondsLeft: Double?
        var running: (planned: PlannedCell, soFar: LiveFigures.SoFar?)?
        var rows: [ResultRow] = []
        var invalidRows = 0
    }

    private let state = Mutex(State())

    /// Creates metrics of a benchmark that has not begun.
    package init() {}

    /// Takes note of an event.
    package func show(_ event: ProgressEvent) {
        state.withLock { state in
            switch event {
            case .measuringLayers, .starting, .placed: break
            case .measuring(let planned, let count, let soFar, let secondsLeft):
                (state.cells, state.secondsLeft) = (count, secondsLeft)
                state.running = (planned, soFar)
            case .measured(let row, _, let count, let secondsLeft):
                (state.cells, state.secondsLeft) = (count, secondsLeft)
                state.running = nil
                state.rows.append(row)
                if !row.isValid { state.invalidRows += 1 }
            case .ended:
                (state.running, state.secondsLeft) = (nil, 0)
            }
        }
    }

    /// All of them as they are now.
    package var families: [MetricFamily] {
        let state = state.withLock { $0 }
        return Self.run(state) + Self.running(state) + RowMetrics.families(of: state.rows)
    }

    private static func run(_ state: State) -> [MetricFamily] {
        var left = MetricFamily(
            .gauge, "brokerlab_bench_remaining_seconds", "How long the benchmark will still take, as far as it knows.")
        left.add(state.secondsLeft)
        return [
            MetricFamily(.gauge, "brokerlab_bench_cells", "Cells that are to be measured, of all rounds.", state.cells),
            MetricFamily(
                .counter, "brokerlab_bench_cells_measured_total", "Cells that were measured: a row each.",
                state.rows.count),
            MetricFamily(
                .counter, "brokerlab_bench_cells_invalid_total", "Those of them whose row is not valid.",
                state.invalidRows),
            left,
        ]
    }

    /// The cell that is under way.
    private static func running(_ state: State) -> [MetricFamily] {
        guard let (planned, soFar) = state.running else { return [] }
        let labels = RowMetrics.labels(of: planned)
        var cell = MetricFamily(.gauge, "brokerlab_bench_running", "1: the cell that is being measured.")
        cell.add(1.0, labels)
        var rate = MetricFamily(
            .gauge, "brokerlab_bench_running_messages_per_second", "Entries acknowledged a second in it so far.")
        rate.add(soFar?.messagesPerSecond, labels)
        var latency = MetricFamily(
            .summary, "brokerlab_bench_running_ack_seconds",
            "From the intended send time to the acknowledgement in it so far; of the slowest event loop.")
        latency.add(quantile: 0.99, soFar.map { $0.p99Us / 1e6 }, labels)
        return [cell, rate, latency]
    }
}
