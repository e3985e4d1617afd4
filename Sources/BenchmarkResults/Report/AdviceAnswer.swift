import Broker
import Metrics

/// What one load of one run answers to a question.
struct AdviceAnswer {
    /// A transport that will do.
    struct Candidate {
        var transport: String
        var cost: Sample
        var row: ResultRow
        /// The median CPU time of all processes, in microseconds a message.
        var median: Double
    }

    var question: Advice.Question
    var evidence: AdviceEvidence
    /// Those that will do, the cheapest first.
    var able: [Candidate] = []
    var leftOut: [(transport: String, reason: String)] = []
    private let conditions: [any AdviceCondition]
    /// How well it answers: the smaller the better.
    private(set) var order: (Int, Double, Int, Double, Int)

    /// - Parameters:
    ///   - conditions: what it has to hold up to beside the load.
    ///   - age: how many runs are later.
    init(_ question: Advice.Question, _ evidence: AdviceEvidence, _ conditions: [any AdviceCondition], age: Int) {
        self.question = question
        self.evidence = evidence
        self.conditions = conditions
        // A store costs, and a server more: they come behind what is enough, where that was measured. Not every service has its
        // logger on the same machine, nor TLS.
        let enough = question.isOfStores ? StoreKind.sqlite : .memory
        let setting = evidence.setting
        let excess =
            max(0, setting.store.rank - enough.rank) + (setting.socket == .unix ? 1 : 0) + setting.tls.rank
            + (setting.parties.isOwn ? 0 : 1)
        order = (2, 0, excess, 0, age)
        for transport in evidence.report.suite.transports {
            if let reason = reason(against: transport) {
                leftOut.append((transport, reason))
            } else if let row = evidence.rows(transport).first {
                let cost = evidence.sample(transport, \.totalCPUUsPerMessage)
                able.append(
                    Candidate(transport: transport, cost: cost, row: row, median: Median.of(cost.all) ?? .infinity))
            }
        }
        able.sort { $0.median < $1.median }
        // What was measured at a rate comes first: the nearest rate above the one asked for. Without a rate, CPU time is that
        // of full batches; the fewer of them, the nearer to what is asked for.
        if let rate = evidence.load.ratePerSecond {
            let isEnough = rate >= question.rate * 0.999
            order = (
                isEnough ? 0 : 2, evidence.distance > AdviceEvidence.same ? 1 : 0, excess, rate / question.rate, age
            )
        } else {
            let carried = able.compactMap { Median.of(evidence.sample($0.transport, \.throughput).all) }
            order = (
                1, evidence.distance, excess, (carried.min() ?? .infinity) / question.rate / Double(max(able.count, 1)),
                age
            )
        }
    }

    /// Why a transport will not do; nil where it will.
    private func reason(against transport: String) -> String? {
        let rows = evidence.rows(transport)
        guard let row = rows.first else { return "not measured" }
        if transport == evidence.report.record.floor, !question.includesFloor {
            return "the floor, no protocol of services (--include-floor)"
        }
        guard question.need.isMet(by: row.durability, row.acknowledgementClass) else {
            return "its acknowledgement says: \(row.durability.meaning)"
        }
        guard rows.allSatisfy(\.isReconciled) else { return "its logger gives no account of what arrived" }
        if let reason = conditions.lazy.compactMap({ $0.reason(against: row) }).first { return reason }
        let cost = evidence.sample(transport, \.totalCPUUsPerMessage).all
        guard !cost.isEmpty else {
            return rows.contains(where: \.isValid) ? "no CPU time was measured" : "none of its rows is valid"
        }
        if let rate = evidence.load.ratePerSecond {
            guard rate >= question.rate * 0.999 else {
                return "\(DecimalText.short(rate)) msgs/s is less than asked for"
            }
            let slack = evidence.load.slack(seconds: evidence.report.suite.duration)
            let kept = Median.of(evidence.sample(transport, \.rateKept).all) ?? 0
            guard kept >= Thresholds.usualRateKept - slack else {
                return "it carried \(NumberText.significant(100 * kept))% of \(DecimalText.short(rate)) msgs/s"
            }
            return nil
        }
        let carried = Median.of(evidence.sample(transport, \.throughput).all) ?? 0
        guard carried >= question.rate * Advice.headroom else {
            return "the most that was measured is \(NumberText.grouped(carried)) msgs/s, and "
                + "\(NumberText.grouped(question.rate * Advice.headroom)) are needed to have room for bursts"
        }
        return nil
    }

    /// Those that cannot be told from the cheapest, and whether there are enough rounds to tell anything.
    private var ties: (with: [String], canTell: Bool) {
        guard able.count > 1 else { return ([], true) }
        let rounds = able.map(\.cost.values.count).min() ?? 0
        guard Comparison.canTell(rounds: rounds) else { return ([], false) }
        let control = evidence.report.suite.controlTransport ?? ""
        let ratios = evidence.sample(control, role: .control, \.totalCPUUsPerMessage).ratiosByRound(
            to: evidence.sample(control, \.totalCPUUsPerMessage))
        let all = Comparison.all(
            able.map { ($0.transport, $0.cost) }, control: ratios, looks: Looks(evidence.report.suite))
        let tied = all.filter { $0.first == able[0].transport && !$0.isSignificant }.map(\.second)
        return (able.map(\.transport).filter(tied.contains), true)
    }

    /// The first sentence.
    var recommendation: String {
        let (tied, canTell) = ties
        if !canTell {
            return
                "\(able[0].transport) took the least CPU time, but too few rounds are valid to tell it from the others; "
                + "take --rounds 7"
        }
        guard !tied.isEmpty else {
            return "\(able[0].transport), the least CPU time of what was measured and keeps up."
        }
        let names = [able[0].transport] + tied
        return
            "\(names.dropLast().joined(separator: ", ")) or \(names[names.count - 1]), whose CPU time cannot be told apart."
    }

    /// What it stands on, what was left out, and what to measure.
    var lines: [String] {
        var lines = able.map { "  \(citation($0))" } + ["  [\(evidence.citation)]"]
        if evidence.points.count > 1 {
            lines.append("  (between two sizes that were measured; the ends are in brackets)")
        }
        if evidence.load == .closed {
            lines.append(
                "  (CPU time at full batches: at a rate each entry wakes both processes by itself, which costs more)")
        }
        if !leftOut.isEmpty {
            lines.append("left out: " + leftOut.map { "\($0.transport) (\($0.reason))" }.joined(separator: "; "))
        }
        lines.append(next)
        return lines
    }

    private func citation(_ candidate: Candidate) -> String {
        func text(_ value: Double) -> String { NumberText.duration(microseconds: value) }
        let ends = evidence.bounds(candidate.transport, \.totalCPUUsPerMessage)
            .map { "\(text($0.value)) at \(ByteText.size($0.bytes))" }.joined(separator: ", ")
        var line = "\(candidate.transport): \(text(candidate.median)) CPU a message\(ends.isEmpty ? "" : " (\(ends))")"
        if let p99 = Median.of(evidence.sample(candidate.transport, { $0.ackLatency?.knownP99Us }).all) {
            line += ", p99 \(text(p99))"
        }
        let carried = Median.of(evidence.sample(candidate.transport, \.throughput).all) ?? 0
        return line + ", \(NumberText.grouped(carried)) msgs/s, n=\(candidate.cost.values.count); acknowledged: "
            + candidate.row.durability.meaning
    }

    /// The command that measures what was asked for; none where it was measured.
    private var next: String {
        let isThere =
            evidence.points.count == 1 && evidence.distance <= AdviceEvidence.same
            && (evidence.load.ratePerSecond ?? 0) <= question.rate * 1.1 && evidence.load != .closed
        guard !isThere else { return "That is this size and rate, where broker and logger share one machine." }
        let names = [able[0].transport] + ties.with
        return "Measured where broker and logger share one machine; measure yours with: brokerlab bench "
            + "--transport \(names.joined(separator: ",")) --payload-bytes \(question.payloadBytes) "
            + "--rate \(DecimalText.format(question.rate, places: question.rate < 1 ? 1 : 0)) --in-flight 64 --rounds 7"
            + (evidence.setting.store.isDurable ? " --stores \(evidence.setting.store.rawValue)" : "")
            + (evidence.setting.socket == .unix ? " --socket unix" : "")
            + (evidence.setting.tls.isOn ? " --tls \(evidence.setting.tls.rawValue)" : "")
            + (evidence.setting.parties.flags.map { " \($0)" } ?? "")
    }
}
