import BenchmarkResults

/// How long a run will still take, from how long its cells took so far.
struct TimeLeft: Sendable {
    private let estimatePerCell: Double
    private var measuredSeconds = 0.0
    private var measuredCells = 0

    /// Starts from what the suite's own times add up to.
    init(suite: Suite) {
        estimatePerCell = suite.cellSeconds
    }

    /// A cell took that long, in seconds.
    mutating func add(_ seconds: Double) {
        measuredSeconds += seconds
        measuredCells += 1
    }

    /// How long `cells` cells take, of which the first, or the first few together, run since `elapsed` seconds.
    func seconds(cells: Int, underWay: Int = 1, elapsed: Double = 0) -> Double {
        guard cells > 0 else { return 0 }
        let perCell = measuredCells > 0 ? measuredSeconds / Double(measuredCells) : estimatePerCell
        let first = min(underWay, cells)
        return Double(cells - first) * perCell + max(0, Double(first) * perCell - elapsed)
    }
}
