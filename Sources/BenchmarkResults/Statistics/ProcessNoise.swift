import Foundation

/// How far a rate differs from one process to the next, and how far within one, under one load.
///
/// A variance component each, as in an analysis of variance with random effects: the control and the transport that it
/// repeats are measured in the same round by processes of their own, so that the logarithm of their ratio has twice the variance
/// of one measurement; the halves of each measurement tell how much of it lies within a process.
struct ProcessNoise: Sendable, Hashable {
    /// The standard deviation within a process of what a whole cell measures, as a part of the rate.
    var within: Double
    /// The standard deviation between processes, as a part of the rate.
    var between: Double

    /// The part of the variance that lies between processes.
    var shareBetween: Double {
        let all = within * within + between * between
        return all > 0 ? between * between / all : 0
    }

    /// The noise under a closed load, of its rows; nil where the control was not measured by other processes, or less than three
    /// times.
    init?(_ rows: [ResultRow]) {
        let rows = rows.filter { $0.isValid && $0.planned.cell.load == .closed && $0.brokerPID != nil }
        let controls = rows.filter { $0.planned.cell.role == .control }
        let cells = Dictionary(grouping: rows.filter { $0.planned.cell.role == .cell }, by: \.planned.block)
        let pairs = controls.compactMap { control -> (control: ResultRow, cell: ResultRow)? in
            let repeated = cells[control.planned.block]?.first {
                $0.planned.cell.transport == control.planned.cell.transport && $0.brokerPID != control.brokerPID
            }
            return repeated.map { (control: control, cell: $0) }
        }
        let ratios = pairs.compactMap { pair -> Double? in
            guard let one = pair.control.throughput, let other = pair.cell.throughput, one > 0, other > 0 else {
                return nil
            }
            return log(one / other)
        }
        let halves = pairs.flatMap { [$0.control, $0.cell] }.compactMap(\.stationarityRatio).filter { $0 > 0 }
            .map { log($0) }
        guard ratios.count >= 3, halves.count == 2 * ratios.count else { return nil }
        // Neither of the two is first, so that their ratio has no mean of its own.
        let all = ratios.map { $0 * $0 }.reduce(0, +) / Double(ratios.count) / 2
        // The mean of two halves has a quarter of the variance of their difference; that later halves are faster is no noise.
        let mean = halves.reduce(0, +) / Double(halves.count)
        let inner = halves.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(halves.count - 1) / 4
        within = inner.squareRoot()
        between = max(0, all - inner).squareRoot()
    }
}
