import Metrics

/// What decides between transports under a load.
enum DecidingFigure: String, Sendable, Hashable {
    /// Of a closed load: the entries acknowledged a second.
    case throughput
    /// Of an open load, where all carry the same: the 99th percentile of the acknowledged latency.
    case ackP99 = "ack_p99"
    /// Of cold connections, of which a cell has too few for a 99th percentile: the median of the same.
    case ackP50 = "ack_p50"

    /// Whether less is better.
    var isLatency: Bool { self != .throughput }

    /// The figure of a row; of a latency in microseconds.
    func value(_ row: ResultRow) -> Double? {
        switch self {
        case .throughput: row.throughput
        case .ackP99: row.ackLatency?.knownP99Us
        case .ackP50: row.ackLatency?.knownP50Us
        }
    }

    /// The figure as a score: larger is better.
    func score(_ row: ResultRow) -> Double? {
        isLatency ? value(row).map { 1 / max($0, 0.001) } : value(row)
    }

    /// The median over the rounds.
    func estimate(_ row: SummaryRow) -> Estimate? {
        switch self {
        case .throughput: row.throughput
        case .ackP99: row.ackP99
        case .ackP50: row.ackP50
        }
    }

    /// Whether a row stands before another one; those without a figure come last.
    func isBetter(_ left: SummaryRow, _ right: SummaryRow) -> Bool {
        let (left, right) = (estimate(left)?.median, estimate(right)?.median)
        return isLatency ? left ?? .infinity < right ?? .infinity : left ?? -1 > right ?? -1
    }

    /// What a sentence calls it.
    var word: String {
        switch self {
        case .throughput: "rate"
        case .ackP99: "p99"
        case .ackP50: "p50"
        }
    }

    /// What it is of.
    var meaning: String {
        switch self {
        case .throughput: "messages per second"
        case .ackP99: "p99 at a rate"
        case .ackP50: "p50 of cold connections"
        }
    }

    /// The title of a chart of it.
    var title: String {
        switch self {
        case .throughput: "Messages per second"
        case .ackP99: "Acknowledged p99"
        case .ackP50: "Acknowledged p50"
        }
    }

    /// A value of it with its unit: `285,000 msgs/s`, `p99 1.2 ms`.
    func text(_ value: Double) -> String {
        isLatency ? "\(word) \(NumberText.duration(microseconds: value))" : "\(NumberText.grouped(value)) msgs/s"
    }
}

extension LoadModel {
    /// What decides between transports under it.
    var decidingFigure: DecidingFigure {
        switch self {
        case .closed, .overload: .throughput
        case .open: .ackP99
        case .cold: .ackP50
        }
    }
}
