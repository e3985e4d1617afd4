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

    /// How long `cells` cells take, of which the first runs since `elapsed` seconds.
    func seconds(cells: Int, elapsed: Double = 0) -> Double {
        guard cells > 0 else { return 0 }
        let perCell = measuredCells > 0 ? measuredSeconds / Double(measuredCells) : estimatePerCell
        return Double(cells - 1) * perCell + max(0, perCell - elapsed)
    }
}
