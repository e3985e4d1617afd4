import Metrics

/// What each step of promise costs under one load: every cell beside the one of its transport that is recorded in memory.
struct PromiseCosts: Sendable {
    /// A cell, by what it is divided by.
    struct Step: Sendable {
        var row: SummaryRow
        /// What decides under the load by that of the recorded one in the same round; nil where none was measured.
        var ratio: Estimate?
        /// The same of the CPU time of all processes.
        var cpuRatio: Estimate?
    }

    /// The load, whatever the store.
    var load: LoadPoint
    /// In the order of the suite's transports, and of the promises.
    var steps: [Step]

    /// One for each load under which a transport has more than one promise.
    static func all(of report: Report) -> [PromiseCosts] {
        var loads: [LoadPoint] = []
        for point in report.suite.steadyPoints where !loads.contains(point.inMemory) { loads.append(point.inMemory) }
        return loads.compactMap { load in
            let rows = report.summary.filter { $0.cell.point.inMemory == load && $0.throughput != nil }
            let promises = Dictionary(grouping: rows, by: \.cell.transportName).mapValues {
                Set($0.map(\.promise)).count
            }
            guard promises.values.contains(where: { $0 > 1 }) else { return nil }
            let steps = rows.filter { promises[$0.cell.transportName, default: 0] > 1 }.map { row in
                step(row, by: reference(of: row, rows), report)
            }
            let order = report.suite.transports
            return PromiseCosts(
                load: load,
                steps: steps.sorted { left, right in
                    func place(_ step: Step) -> (Int, Promise) {
                        (order.firstIndex(of: step.row.cell.transport) ?? order.count, step.row.promise)
                    }
                    return place(left) < place(right)
                })
        }
    }

    /// The recorded row of the same transport, or else of another variant of it.
    private static func reference(of row: SummaryRow, _ rows: [SummaryRow]) -> SummaryRow? {
        let recorded = rows.filter {
            $0.promise == Promise(acknowledgementClass: "recorded", store: .memory)
                && $0.cell.transportName == row.cell.transportName
        }
        return recorded.first { $0.cell.transport == row.cell.transport } ?? recorded.first
    }

    private static func step(_ row: SummaryRow, by other: SummaryRow?, _ report: Report) -> Step {
        guard let other, other.cell != row.cell else { return Step(row: row) }
        func ratio(_ value: (ResultRow) -> Double?) -> Estimate? {
            let divisor = Sample(report.rows.of(other.cell), value)
            return Estimate(medianOf: Sample(report.rows.of(row.cell), value).ratios(to: divisor))
        }
        return Step(row: row, ratio: ratio(row.cell.load.decidingFigure.value), cpuRatio: ratio(\.totalCPUUsPerMessage))
    }
}

/// What a row's acknowledgements are worth, and where its logger keeps entries; ordered by how much that is.
struct Promise: Sendable, Hashable, Comparable {
    var acknowledgementClass: String
    var store: StoreKind

    /// `recorded`, `stored: sqlite`; `queued, then sqlite` where the logger's store has no part in the acknowledgement.
    var text: String {
        guard store.isDurable else { return acknowledgementClass }
        return acknowledgementClass + (acknowledgementClass == "stored" ? ": " : ", then ") + store.rawValue
    }

    private var order: (Int, Int) {
        let classes = ["none", "recorded", "stored", "queued", "replicated"]
        return (
            classes.firstIndex(of: acknowledgementClass) ?? classes.count,
            store.rank
        )
    }

    static func < (left: Promise, right: Promise) -> Bool { left.order < right.order }
}

extension SummaryRow {
    /// What its acknowledgements are worth.
    var promise: Promise { Promise(acknowledgementClass: acknowledgementClass, store: cell.store) }
}

extension LoadPoint {
    /// The same load where the logger keeps entries in memory.
    var inMemory: LoadPoint {
        var point = self
        point.store = .memory
        return point
    }
}
