import Broker
import Glibc

/// The rows of one run that answer a question: those of a load, at the size asked for or between two sizes.
struct AdviceEvidence {
    /// The folder of the run.
    var folder: String
    var report: Report
    /// The load at the size asked for or near it; or at the nearest smaller and larger size.
    var points: [LoadPoint]
    /// Where the size asked for lies between the two, on a logarithmic scale: 0 is the first.
    var place: Double
    /// How far the size is from the one asked for, as a factor; 1 for one that is it, or lies between.
    var distance: Double

    /// How near a size must be to count as the one asked for.
    static let same = 1.1
    /// How far a measured size may be from the one asked for.
    static let farthest = 4.0

    /// All loads of a run that say something of a size.
    static func all(folder: String, report: Report, payloadBytes: Int) -> [AdviceEvidence] {
        // What a network makes of them answers another question, and so do connections that are cold or do not
        // stay, loggers that are slow, and faults.
        let points = report.suite.steadyPoints.filter { point in
            !point.network.isLink && point.load != .cold && point.churn == 0 && point.loggerWork == .none
                && point.through == .none
                && report.rows.contains { $0.planned.cell.point == point }
        }
        let loads = Dictionary(grouping: points, by: Sweep.Axis.payloadBytes.neutral).values
        return loads.compactMap { load in
            let sizes = load.sorted { $0.payloadBytes < $1.payloadBytes }
            func distance(_ point: LoadPoint) -> Double {
                let ratio = Double(max(point.payloadBytes, 1)) / Double(max(payloadBytes, 1))
                return max(ratio, 1 / ratio)
            }
            guard let nearest = sizes.min(by: { distance($0) < distance($1) }) else { return nil }
            if distance(nearest) > same, let below = sizes.last(where: { $0.payloadBytes < payloadBytes }),
                let above = sizes.first(where: { $0.payloadBytes > payloadBytes })
            {
                let (low, high) = (log(Double(below.payloadBytes)), log(Double(above.payloadBytes)))
                return AdviceEvidence(
                    folder: folder, report: report, points: [below, above],
                    place: (log(Double(payloadBytes)) - low) / (high - low), distance: 1)
            }
            guard distance(nearest) <= farthest else { return nil }
            return AdviceEvidence(
                folder: folder, report: report, points: [nearest], place: 0, distance: distance(nearest))
        }
    }

    var load: LoadModel { points[0].load }
    var setting: Setting { points[0].setting }

    /// The rows of a transport under the load, of one size or of both.
    func rows(_ transport: String, _ role: CellRole = .cell) -> [ResultRow] {
        report.rows.filter {
            points.contains($0.planned.cell.point) && $0.planned.cell.transport == transport
                && $0.planned.cell.role == role
        }
    }

    /// A figure round by round; between two sizes on the line through both, on logarithmic scales.
    func sample(_ transport: String, role: CellRole = .cell, _ value: (ResultRow) -> Double?) -> Sample {
        let samples = points.map { point in
            Sample(rows(transport, role).filter { $0.planned.cell.point == point }, value)
        }
        var sample = samples[0]
        guard samples.count > 1 else { return sample }
        sample.values = [:]
        for (round, one) in samples[0].values {
            guard let other = samples[1].values[round], one > 0, other > 0 else { continue }
            sample.values[round] = exp(log(one) + (log(other) - log(one)) * place)
        }
        return sample
    }

    /// The figure at each of the two sizes; nothing where there is one.
    func bounds(_ transport: String, _ value: (ResultRow) -> Double?) -> [(bytes: Int, value: Double)] {
        guard points.count > 1 else { return [] }
        return points.compactMap { point in
            let rows = rows(transport).filter { $0.planned.cell.point == point }
            return Median.of(Sample(rows, value).all).map { (point.payloadBytes, $0) }
        }
    }

    /// Where it is from: `results/x: 100 B to 10 KiB, 64 in flight, closed loop`.
    var citation: String {
        let sizes = points.map { ByteText.size($0.payloadBytes) }.joined(separator: " to ")
        let rest = points[0].text.split(separator: ",").dropFirst().joined(separator: ",")
        return "\(folder): \(sizes),\(rest)"
    }
}
