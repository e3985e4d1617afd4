/// What some cells of a suite must keep for the command to succeed.
package struct Threshold: Sendable, Hashable, Codable {
    /// What is bounded, by the key of a suite's file.
    package enum Figure: String, Sendable, Hashable, CaseIterable, Codable {
        /// The throughput, in entries per second.
        case throughput = "min_msgs_per_s"
        /// The median acknowledged latency, in microseconds.
        case ackP50 = "max_ack_p50_us"
        /// The 99th percentile of the acknowledged latency, in microseconds.
        case ackP99 = "max_ack_p99_us"
        /// The 99.9th percentile of the acknowledged latency, in microseconds.
        case ackP999 = "max_ack_p999_us"
        /// The CPU time of all processes, in microseconds per acknowledged entry.
        case cpu = "max_cpu_us_per_msg"
        /// The throughput by the rate that entries are due at.
        case rateKept = "min_rate_kept"

        /// Whether the limit is the least that is allowed.
        package var isLeast: Bool { self == .throughput || self == .rateKept }

        /// The limits that can be asked for; of another transport's figure, anything but nothing.
        func range(isRelative: Bool) -> ClosedRange<Double> {
            if isRelative { return 0.001...1000 }
            return switch self {
            case .throughput: SuiteRules.ratePerSecond
            case .rateKept: 0...1
            case .ackP50, .ackP99, .ackP999: SuiteRules.microseconds
            case .cpu: 0.001...60_000_000
            }
        }
    }

    /// A limit of a figure.
    package struct Bound: Sendable, Hashable, Codable {
        /// What is bounded.
        package var figure: Figure
        /// The least or the most, in the figure's unit, or as a part of another transport's.
        package var limit: Double
    }

    /// The cells.
    package var place = CellPattern()
    /// The transport whose figures those of the cells are divided by, in the same round; nil for the figures themselves.
    package var relativeTo: String?
    /// The limits.
    package var bounds: [Bound]

    /// The bounds that mean something in a cell: a rate can be kept where there is one only.
    package func bounds(in cell: Cell) -> [Bound] {
        guard place.matches(cell), cell.transport != relativeTo else { return [] }
        return bounds.filter { $0.figure != .rateKept || cell.load.ratePerSecond != nil }
    }
}
