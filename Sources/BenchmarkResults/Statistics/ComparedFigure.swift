import Metrics

/// A figure that transports, or runs, are compared by.
package enum ComparedFigure: String, Sendable, Hashable, CaseIterable {
    case throughput
    case ackP99 = "p99"
    case cpu = "CPU"
    // Of cells in which something goes wrong, from then on.
    case largestGap = "longest gap"
    case firstAcknowledged = "acknowledged again"
    case recovered = "rate is back"
    case firstFailed = "a send failed"
    // Entries of a cell in which something goes wrong, or more is offered than is carried.
    case failed
    case notSent = "not sent"
    case rejected
    case unknown
    case duplicated = "came twice"
    // Of cells that are offered what is told by what they carry.
    case backlog
    case drain = "backlog is gone"
    case normalAgain = "normal again"
    case brokerMemory = "memory of the broker"
    case loggerMemory = "memory of the logger"
    case queueMemory = "memory of RabbitMQ"

    /// What it is a number of.
    enum Unit: Sendable, Hashable {
        /// Entries a second.
        case rate
        /// Microseconds: of a latency, or of CPU time.
        case microseconds
        /// Milliseconds from an event on, of which none is shorter than can be told.
        case milliseconds
        /// Entries, of which there may be none.
        case entries
        case bytes
    }

    /// The times of a fault.
    static let faultTimes: [ComparedFigure] = [.firstFailed, .firstAcknowledged, .recovered, .largestGap]
    /// That of them which decides: every valid row has it, it is never 0, what stands still again after a first acknowledgement has
    /// it no shorter, and what never comes back has the rest of its cell.
    static let decidingFaultTime = ComparedFigure.largestGap

    /// Its unit.
    var unit: Unit {
        switch self {
        case .throughput: .rate
        case .ackP99, .cpu: .microseconds
        case .largestGap, .firstAcknowledged, .recovered, .firstFailed, .drain, .normalAgain: .milliseconds
        case .failed, .notSent, .rejected, .unknown, .duplicated, .backlog: .entries
        case .brokerMemory, .loggerMemory, .queueMemory: .bytes
        }
    }

    /// Whether it is of something that went wrong, or of more than is carried, and no part of what ranks transports.
    var isOfEvent: Bool { ![.throughput, .ackP99, .cpu].contains(self) }

    /// What two runs of one build differ by in it that their rounds do not tell of: a standard deviation, of logarithms, as
    /// Measurements has it.
    var runSpread: Double { self == .ackP99 ? 0.02 : 0.005 }

    /// Whether one direction is better than the other.
    ///
    /// A send that fails sooner is not worse than one that hangs; and of entries that failed, those that are known not to be sent
    /// are the better ones.
    var isJudged: Bool { ![.firstFailed, .notSent, .rejected].contains(self) }

    /// The figure of a row, in its unit; nil where it has none.
    func value(_ row: ResultRow) -> Double? {
        let isSteady = row.planned.cell.isSteady
        return switch self {
        // Under an open load all carry the same.
        case .throughput: row.planned.cell.load.ratePerSecond == nil ? row.throughput : nil
        case .ackP99: isSteady ? row.ackLatency?.knownP99Us : nil
        case .cpu: isSteady ? row.totalCPUUsPerMessage : nil
        case .largestGap: row.largestGapMs
        // What did not come back had not by the end of its cell: it took that long, or longer.
        case .firstAcknowledged: row.firstAcknowledgedMs ?? row.leftAfterFaultMs
        case .recovered: row.recoveredMs ?? row.leftAfterFaultMs
        case .firstFailed: row.firstFailedMs
        case .failed: isSteady ? nil : row.errors.map { Double($0) }
        case .notSent: row.notSent.map { Double($0) }
        case .rejected: row.rejected.map { Double($0) }
        case .unknown: row.unknown.map { Double($0) }
        case .duplicated: row.faultAtMs == nil ? nil : row.duplicated.map { Double($0) }
        case .backlog: row.backlog.map { Double($0) }
        case .drain: row.drainMs
        case .normalAgain:
            row.normalAgainMs ?? (row.offered == nil ? nil : Overload.secondsAfterwards * 1000)
        case .brokerMemory: row.offered == nil ? nil : row.brokerRSSPeakBytes.map { Double($0) }
        case .loggerMemory: row.offered == nil ? nil : row.loggerRSSPeakBytes.map { Double($0) }
        case .queueMemory: row.offered == nil ? nil : row.queueRSSPeakBytes.map { Double($0) }
        }
    }

    /// The figure of a row, as a score: larger is better, or less of it where neither is.
    func score(_ row: ResultRow) -> Double? {
        guard let value = value(row) else { return nil }
        return switch unit {
        case .rate: value
        case .microseconds where self == .ackP99: 1 / max(value, 0.001)
        case .microseconds: value > 0 ? 1 / value : nil
        case .milliseconds: 1 / max(value, resolution(in: row.planned.cell.point))
        // Of one more than there were, as there may be none.
        case .entries: 1 / (value + 1)
        case .bytes: value > 0 ? 1 / value : nil
        }
    }

    /// The shortest time that can be told, in milliseconds, and the least difference; 0 of what is no time of an event.
    ///
    /// Between two entries that are due nothing can happen that they would show, and a rate is told in bins.
    func resolution(in point: LoadPoint) -> Double {
        switch self {
        case .recovered, .normalAgain: 100
        case .largestGap, .firstAcknowledged, .firstFailed: 1000 / (point.load.ratePerSecond ?? 1000)
        case .drain: 1
        default: 0
        }
    }

    /// What more and less of it is called.
    var words: (more: String, less: String) {
        switch unit {
        case .rate: ("faster", "slower")
        case .microseconds: self == .cpu ? ("dearer", "cheaper") : ("slower", "faster")
        case .milliseconds: self == .largestGap ? ("longer", "shorter") : ("later", "sooner")
        case .entries: ("more", "fewer")
        case .bytes: ("more", "less")
        }
    }

    /// A value with its unit: `1.2 s`, `580`, `12 MiB`.
    func text(_ value: Double) -> String {
        switch unit {
        case .rate: NumberText.grouped(value)
        case .microseconds: NumberText.duration(microseconds: value)
        case .milliseconds: value == 0 ? "0 ms" : NumberText.duration(microseconds: value * 1000)
        case .entries: NumberText.whole(UInt64(max(0, value).rounded()))
        case .bytes: "\(DecimalText.format(value / 1_048_576, places: 0)) MiB"
        }
    }
}

extension ResultRow {
    /// How long its cell went on after the fault, in milliseconds; nil without one.
    fileprivate var leftAfterFaultMs: Double? { faultAtMs.map(Fault.left(after:)) }
}
