import Metrics

/// The highest rate of a sweep that a transport carries: p99 below the limit, nothing lost, and the backlog bounded.
struct Knee: Sendable, Hashable {
    /// How much of the rate must have been acknowledged within the measured time for the backlog to count as bounded.
    static let leastCarried = 0.98

    var transport: String
    /// What was around it.
    var setting = Setting()
    /// The highest rate carried in more than half of the rounds; nil where none was.
    var rate: Double?
    /// The highest rates of the single rounds: the lowest and the highest of them.
    var range: ClosedRange<Double>?
    /// Whether the highest rate of the sweep was carried, so that the knee lies beyond it.
    var isBeyondSweep: Bool

    /// - Parameter rows: all rows of the transport along the sweep.
    init?(_ transport: String, rows: [ResultRow], limitUs: Double) {
        // Of a rate with too few entries for a p99 nothing is known.
        let known = rows.filter { $0.ackLatency?.knownP99Us != nil || $0.hasFailed }
        let rates = Set(known.compactMap(\.planned.cell.load.ratePerSecond)).sorted()
        guard let highest = rates.last, rates.count > 1 else { return nil }
        self.transport = transport
        let knees = Dictionary(grouping: rows, by: \.planned.block).values.map { round -> Double in
            var knee = 0.0
            for rate in rates {
                // A step that fails ends the climb: what a higher one does is luck.
                guard let row = round.first(where: { $0.planned.cell.load.ratePerSecond == rate }),
                    Self.isCarried(row, rate, limitUs)
                else { break }
                knee = rate
            }
            return knee
        }.sorted()
        // The lower one of two in the middle: a rate that was measured.
        let middle = knees[(knees.count - 1) / 2]
        rate = middle > 0 ? middle : nil
        range = knees[0]...knees[knees.count - 1]
        isBeyondSweep = middle == highest
    }

    private static func isCarried(_ row: ResultRow, _ rate: Double, _ limitUs: Double) -> Bool {
        guard let p99 = row.ackLatency?.knownP99Us, let throughput = row.throughput, !row.hasFailed else {
            return false
        }
        return p99 <= limitUs && throughput >= leastCarried * rate
    }
}
