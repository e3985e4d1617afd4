/// How the costs of each transport grow along an axis, everything else being that of the suite's base.
struct Growth: Sendable {
    /// What grows.
    enum Cost: String, Sendable, CaseIterable {
        /// CPU time of all processes, in microseconds a message.
        case cpu = "cpu_us_per_msg"
        /// That of the message broker alone.
        case queueCPU = "queue_cpu_us_per_msg"
        /// The largest resident sets of both halves together, in bytes. A message broker's is not among them: it is one process for all
        /// cells, and keeps what an earlier one took.
        case memory = "rss_peak_bytes"

        /// What it is called in a sentence.
        var title: String {
            switch self {
            case .cpu: "CPU time a message"
            case .queueCPU: "RabbitMQ's CPU time a message"
            case .memory: "memory"
            }
        }

        /// That of a row; nil where it is not measured.
        func value(_ row: ResultRow) -> Double? {
            switch self {
            case .cpu:
                guard let broker = row.brokerCPUUsPerMessage, let logger = row.loggerCPUUsPerMessage else { return nil }
                return broker + logger + (row.queueCPUUsPerMessage ?? 0) + (row.storeCPUUsPerMessage ?? 0)
            case .queueCPU: return row.queueCPUUsPerMessage
            case .memory:
                return row.brokerRSSPeakBytes.flatMap { broker in
                    row.loggerRSSPeakBytes.map { Double(broker) + Double($0) }
                }
            }
        }

        /// A figure with its unit.
        func text(_ value: Double) -> String {
            self == .memory ? ByteText.approximate(value) : NumberText.duration(microseconds: value)
        }
    }

    /// From one value of the axis to another, at least twice as large.
    struct Step: Sendable {
        var from: Double
        var to: Double
        /// The slope in each round.
        var slope: RoundsFigure

        /// Whether the cost grows faster than the axis, whatever the round.
        var isSuperlinear: Bool { slope.range.lowerBound > Growth.steepest }
    }

    /// A cost of a transport.
    struct Curve: Sendable {
        var transport: String
        var cost: Cost
        /// The medians of the valid rounds, by the values of the axis.
        var points: [(x: Double, y: Double)]
        /// The steps between neighbours.
        var steps: [Step]

        /// The slope over the whole axis.
        var slope: Double? { LogSlope.fit(points) }
        /// The slope over its upper half.
        var upperSlope: Double? { LogSlope.fitUpperHalf(points) }
        /// The step that is steep in every round, or else the one that is steepest in the median.
        var steepestStep: Step? {
            let steep = steps.filter(\.isSuperlinear)
            return (steep.isEmpty ? steps : steep).max { $0.slope.median < $1.slope.median }
        }
        /// Whether there is a step at which it grows faster than the axis.
        var isSuperlinear: Bool { steps.contains(where: \.isSuperlinear) }
    }

    /// The slope above which a cost grows faster than what it is a cost of.
    static let steepest = 1.05

    var axis: LoadAxis
    /// The base.
    var base: LoadPoint
    /// In the order of the suite's transports.
    var curves: [Curve]

    /// What it is of: `100 B, 1 in flight, closed loop`.
    var title: String { "by \(axis.title), from \(base.text)" }

    /// All of a suite that measures one axis after the other.
    static func all(of report: Report) -> [Growth] {
        let suite = report.suite
        guard suite.usedAxes == .each, let size = suite.baseSize else { return [] }
        let rows = Dictionary(grouping: report.rows.filter { $0.isValid && $0.planned.cell.role == .cell }) {
            $0.planned.cell.point
        }
        return suite.steadyPoints.filter { $0.size == size && $0.load != .cold }.flatMap { base in
            LoadAxis.allCases.compactMap { axis in
                let sizes = suite.sizes(along: axis)
                guard sizes.count > 1 else { return nil }
                let curves = suite.transports.flatMap { transport in
                    let measured = sizes.map { value, size in
                        (
                            x: Double(value),
                            rows: (rows[base.sized(size)] ?? []).filter { $0.planned.cell.transport == transport }
                        )
                    }
                    return Cost.allCases.compactMap { Curve(transport, $0, measured) }
                }
                return curves.isEmpty ? nil : Growth(axis: axis, base: base, curves: curves)
            }
        }
    }

    /// Sentences of what grows faster than its axis, one for each axis.
    static func sentences(_ all: [Growth]) -> [Verdict.Sentence] {
        all.map { growth in
            let steep = growth.curves.filter(\.isSuperlinear)
            guard !steep.isEmpty else {
                return Verdict.Sentence(
                    text:
                        "No cost grows faster than \(growth.axis.title) (no slope above \(NumberText.trimmed(steepest)) in every round)."
                )
            }
            let parts = steep.compactMap { curve in
                curve.steepestStep.map {
                    "\(curve.transport)'s \(curve.cost.title) from \(growth.axis.text($0.from)) to \(growth.axis.text($0.to)) "
                        + "(slope \(DecimalText.format($0.slope.median, places: 2)))"
                }
            }
            return Verdict.Sentence(
                text: "Faster than \(growth.axis.title) grow: \(parts.joined(separator: "; ")).", isBad: true)
        }
    }
}

extension Growth.Curve {
    /// - Parameter measured: the rows at each value of the axis, in rising order.
    /// - Returns: nil of fewer than two points.
    fileprivate init?(_ transport: String, _ cost: Growth.Cost, _ measured: [(x: Double, rows: [ResultRow])]) {
        let samples = measured.map { (x: $0.x, sample: Sample($0.rows, cost.value)) }
        points = samples.compactMap { x, sample in Median.of(sample.all).map { (x: x, y: $0) } }.filter { $0.y > 0 }
        guard points.count > 1 else { return nil }
        (self.transport, self.cost) = (transport, cost)
        steps = []
        for (index, first) in samples.enumerated() where !first.sample.all.isEmpty {
            let later = samples.dropFirst(index + 1).first { $0.x >= 2 * first.x && !$0.sample.all.isEmpty }
            guard let later else { continue }
            let slopes = first.sample.values.compactMap { round, value in
                later.sample.values[round].flatMap { LogSlope.fit([(first.x, value), (later.x, $0)]) }
            }
            if let slope = RoundsFigure(slopes) {
                steps.append(Growth.Step(from: first.x, to: later.x, slope: slope))
            }
        }
    }
}

extension LoadAxis {
    /// A value with its unit.
    func text(_ value: Double) -> String {
        switch self {
        case .payloadBytes: ByteText.approximate(value)
        case .inFlight, .connections: NumberText.grouped(value)
        }
    }

    /// A value in little space.
    func short(_ value: Double) -> String {
        guard self == .payloadBytes, value >= 1024 else { return NumberText.axisCount(value) }
        return value >= 1_048_576
            ? "\(NumberText.trimmed(value / 1_048_576))M" : "\(NumberText.trimmed(value / 1024))K"
    }
}
