package import Broker

/// Which of the measured transports to take for a payload, a rate and a guarantee.
package struct Advice: Sendable {
    /// What is wanted.
    package struct Question: Sendable {
        /// The length of an entry's text, in bytes.
        package var payloadBytes: Int
        /// Entries per second.
        package var rate: Double
        /// What an acknowledgement must promise.
        package var guarantee: AcknowledgementClass

        /// Creates a question.
        package init(payloadBytes: Int, rate: Double, guarantee: AcknowledgementClass) {
            self.payloadBytes = payloadBytes
            self.rate = rate
            self.guarantee = guarantee
        }
    }

    /// How much faster than asked for a transport must have been measured, so that it answers in time.
    static let headroom = 1.4
    /// How far a measured payload may be from the one asked for.
    static let farthest = 4.0

    /// The answer, as lines of text.
    package let text: String
    /// Whether there is a transport to recommend.
    package let isAnswered: Bool

    /// - Parameters:
    ///   - question: what is wanted.
    ///   - runs: results with the folders that they are in, for citing them.
    ///   - offered: what the acknowledgements of the transports that could be measured promise.
    package init(
        _ question: Question, runs: [(folder: String, report: Report)],
        offered: Set<AcknowledgementClass> = Set(AcknowledgementClass.allCases)
    ) {
        let measured = runs.flatMap { run in run.report.summary.map { (row: $0, folder: run.folder) } }
        let candidates = measured.filter { $0.row.count > 0 }
        let near = candidates.filter { Self.distance($0.row, question) <= Self.farthest }
        let kept = near.filter { Self.keeps($0.row.acknowledgementClass, question.guarantee) }
        let able = kept.filter { Self.capacity($0.row) >= question.rate * Self.headroom }
        let rate = question.rate < 1000 ? NumberText.trimmed(question.rate) : NumberText.grouped(question.rate)
        let wish = "\(ByteText.size(question.payloadBytes)), \(rate) msgs/s, \(question.guarantee.rawValue)"
        guard offered.contains(question.guarantee) else {
            isAnswered = false
            text =
                "For \(wish): no answer, since no transport promises '\(question.guarantee.rawValue)' yet."
                + Self.nearest(question, runs, offered)
            return
        }
        guard let closest = able.map({ Self.distance($0.row, question) }).min() else {
            isAnswered = false
            text = Self.refusal(wish, question, measured.map(\.row), near.map(\.row), kept.map(\.row))
            return
        }
        let ranked = able.filter { Self.distance($0.row, question) == closest }.sorted {
            Self.cost($0.row) < Self.cost($1.row)
        }
        var best: [String: Bool] = [:]
        var lines = [
            "For \(wish): \(ranked[0].row.cell.transport), the least CPU time of what was measured and keeps up."
        ]
        for (row, folder) in ranked where best.updateValue(true, forKey: row.cell.transport) == nil {
            lines.append("  \(Self.citation(row)) [\(folder), \(row.cell.point.text), n=\(row.count)]")
        }
        lines.append(
            "Rates were measured where broker and logger share one machine; measure yours with: brokerlab bench "
                + "--transport \(ranked[0].row.cell.transportName) --payload-bytes \(question.payloadBytes) "
                + "--rate \(DecimalText.format(question.rate, places: 0)) --in-flight 64")
        isAnswered = true
        text = lines.joined(separator: "\n") + "\n"
    }

    /// What the next weaker promise would get, where there is one: what is recorded is in the logger's memory.
    private static func nearest(
        _ question: Question, _ runs: [(folder: String, report: Report)], _ offered: Set<AcknowledgementClass>
    ) -> String {
        guard question.guarantee == .stored, offered.contains(.recorded) else { return "\n" }
        var weaker = question
        weaker.guarantee = .recorded
        return " The nearest is 'recorded', which a logger that stops loses:\n"
            + Advice(weaker, runs: runs, offered: offered).text
    }

    private static func refusal(
        _ wish: String, _ question: Question, _ all: [SummaryRow], _ near: [SummaryRow], _ kept: [SummaryRow]
    ) -> String {
        let reason: String
        let remedy: String
        let distrusted = all.filter { $0.count == 0 && distance($0, question) <= farthest }
        if near.isEmpty, !distrusted.isEmpty {
            reason =
                "all rows of the \(distrusted.count) cells with such a payload are invalid; invalid_reason in results.csv "
                + "says why"
            remedy = "the same once more, when that is mended"
        } else if near.isEmpty {
            reason =
                "no payload within a factor of \(Int(farthest)) of \(ByteText.size(question.payloadBytes)) was measured"
            remedy = "brokerlab bench --payload-bytes \(question.payloadBytes) --rounds 7"
        } else if kept.isEmpty {
            let classes = Set(near.map(\.acknowledgementClass)).sorted().joined(separator: ", ")
            reason = "nothing measured promises '\(question.guarantee.rawValue)'; measured are: \(classes)"
            remedy = "a transport of that class"
        } else {
            let most = kept.map(capacity).max() ?? 0
            reason =
                "the most that was measured is \(NumberText.grouped(most)) msgs/s, and "
                + "\(NumberText.grouped(question.rate * headroom)) are needed to have room for bursts"
            remedy = "brokerlab bench --payload-bytes \(question.payloadBytes) --in-flight 64,256 --rounds 7"
        }
        return "For \(wish): no answer, since \(reason). Measure: \(remedy)\n"
    }

    private static func citation(_ row: SummaryRow) -> String {
        let p99 = row.ackP99.map { ", p99 \(NumberText.duration(microseconds: $0.median))" } ?? ""
        return "\(row.cell.transport): \(NumberText.grouped(row.throughput?.median ?? 0)) msgs/s, "
            + "\(NumberText.duration(microseconds: cost(row))) CPU a message\(p99), \(row.acknowledgementClass)"
    }

    private static func distance(_ row: SummaryRow, _ question: Question) -> Double {
        let ratio = Double(max(row.cell.payloadBytes, 1)) / Double(max(question.payloadBytes, 1))
        return max(ratio, 1 / ratio)
    }

    /// What is on disk was also recorded; what a message broker has, the logger may not have seen.
    private static func keeps(_ given: String, _ wanted: AcknowledgementClass) -> Bool {
        switch wanted {
        case .recorded: given == "recorded" || given == "stored"
        case .stored: given == "stored"
        case .queued: given == "queued"
        case .unacknowledged: true
        }
    }

    private static func capacity(_ row: SummaryRow) -> Double { row.throughput?.median ?? 0 }

    private static func cost(_ row: SummaryRow) -> Double {
        guard let broker = row.brokerCPU?.median, let logger = row.loggerCPU?.median else { return .infinity }
        return broker + logger + (row.queueCPU?.median ?? 0)
    }
}
