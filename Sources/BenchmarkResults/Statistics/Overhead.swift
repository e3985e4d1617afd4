/// What the lab itself costs under one load: a transport under the lab's load generator beside the same under a bare loop of
/// sends, which reads no clock and records nothing.
struct Overhead: Sendable {
    var transport: String
    var point: LoadPoint
    /// The throughput by that of the bare loop in the same round.
    var rate: Estimate
    /// The CPU time of both processes by that under the bare loop in the same round.
    var cpu: Estimate

    /// One for each load, from the rows of `overhead.csv`.
    static func all(_ rows: [ResultRow], of suite: Suite) -> [Overhead] {
        return (suite.overhead ?? suite).points.compactMap { point in
            let own = rows.filter { $0.planned.cell.point == point }
            func ratio(_ value: (ResultRow) -> Double?) -> Estimate? {
                let bare = own.filter { $0.planned.cell.role == .bareLoop }
                let measured = own.filter { $0.planned.cell.role == .cell }
                return Estimate(medianOf: Sample(measured, value).ratios(to: Sample(bare, value)))
            }
            guard let transport = own.first?.planned.cell.transport, let rate = ratio(\.throughput),
                let cpu = ratio(\.totalCPUUsPerMessage)
            else { return nil }
            return Overhead(transport: transport, point: point, rate: rate, cpu: cpu)
        }
    }
}
