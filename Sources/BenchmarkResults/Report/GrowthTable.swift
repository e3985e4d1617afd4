/// How costs grow along an axis, as a short table for a terminal, and as a file: a line for each transport and cost.
struct GrowthTable {
    var growth: Growth

    /// The lines.
    var lines: [String] {
        let heads = ["transport", "cost", "least", "most", "slope", "upper", "steepest", "from", "to"]
        let body = growth.curves.map { curve in
            [
                curve.transport, curve.cost.name, curve.points.first.map { curve.cost.text($0.y) } ?? "-",
                curve.points.last.map { curve.cost.text($0.y) } ?? "-", Self.slope(curve.slope),
                Self.slope(curve.upperSlope),
                (curve.isSuperlinear ? "!" : "") + Self.slope(curve.steepestStep?.slope.median),
                curve.steepestStep.map { growth.axis.text($0.from) } ?? "-",
                curve.steepestStep.map { growth.axis.text($0.to) } ?? "-",
            ]
        }
        let title = [
            "how costs grow \(growth.title)",
            "(least and most of the axis; a slope of 1 is in proportion; upper: the upper half of the axis)",
        ]
        let marks =
            growth.curves.contains(where: \.isSuperlinear)
            ? [
                "! faster than \(growth.axis.title): a slope above \(NumberText.trimmed(Growth.steepest)) in every round"
            ] : []
        return title + AlignedColumns.lines([heads] + body, left: 2) + marks
    }

    static func slope(_ value: Double?) -> String { value.map { DecimalText.format($0, places: 2) } ?? "-" }
}

extension Growth.Cost {
    /// Its name in tables.
    var name: String {
        switch self {
        case .cpu: "CPU/msg"
        case .queueCPU: "RabbitMQ"
        case .memory: "memory"
        }
    }
}

extension Growth {
    /// A row of `growth.csv`.
    struct Line: Sendable {
        var growth: Growth
        var curve: Curve
    }

    /// The columns of `growth.csv`.
    static let columns: [CSVColumn<Line>] = [
        .text("transport", "The transport, with its variant.") { $0.curve.transport },
        .text(
            "cost",
            "cpu_us_per_msg of all processes, queue_cpu_us_per_msg of RabbitMQ, or rss_peak_bytes of both halves."
        ) {
            $0.curve.cost.rawValue
        },
        .text("axis", "payload_bytes, in_flight or connections.") { $0.growth.axis.rawValue },
        .text("base", "The load that the axis starts from.") { $0.growth.base.text },
        .count("points", "The values of the axis that were measured.") { $0.curve.points.count },
        .figure("least", places: 3, "The cost at the least of them.") { $0.curve.points.first?.y },
        .figure("most", places: 3, "The cost at the largest of them.") { $0.curve.points.last?.y },
        .figure("slope", "The slope of its logarithm over that of the axis, by least squares.") { $0.curve.slope },
        .figure("upper_slope", "The same over the upper half of the logarithmic axis.") { $0.curve.upperSlope },
        .figure(
            "steepest_slope",
            "The steepest slope from one value to the next that is twice as large or more: its median of the rounds."
        ) { $0.curve.steepestStep?.slope.median },
        .figure("steepest_slope_low", "The least of the rounds.") { $0.curve.steepestStep?.slope.range.lowerBound },
        .figure("steepest_slope_high", "The most of the rounds.") { $0.curve.steepestStep?.slope.range.upperBound },
        .figure("steepest_from", places: 0, "The value of the axis at which that step begins.") {
            $0.curve.steepestStep?.from
        },
        .figure("steepest_to", places: 0, "The value of the axis at which it ends.") { $0.curve.steepestStep?.to },
        .flag("superlinear", "Whether that slope is above 1.05 in every round.") { $0.curve.isSuperlinear },
    ]

    /// `growth.csv`: a row for each axis, transport and cost.
    static func file(_ all: [Growth]) -> String {
        CSVColumn.file(all.flatMap { growth in growth.curves.map { Line(growth: growth, curve: $0) } }, columns)
    }
}
