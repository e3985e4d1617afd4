import Broker
import Metrics

/// What a fault came to on each transport, for whoever asks which one to take.
struct AdviceFault: AdviceCondition {
    /// A transport in cells with the fault.
    private struct Evidence {
        var folder: String
        var costs: FaultCosts
        var line: FaultCosts.Line
        /// How many rounds did not deliver what was acknowledged, and why the first of them did not.
        var failed: (count: Int, reason: String)?

        var citation: String { "\(folder): \(costs.point.text)" }
    }

    private let fault: Fault
    /// For how long nothing may be acknowledged, in seconds; nil for however long.
    private let within: Double?
    private let storeFlag: String
    /// By transport, the nearest to what is asked for.
    private let evidence: [String: Evidence]

    init(_ fault: Fault, within: Double?, near question: Advice.Question, in runs: [(folder: String, report: Report)]) {
        (self.fault, self.within) = (fault, within)
        storeFlag = question.storeFlag
        let all = runs.enumerated().flatMap { age, run in
            // What a transport does by itself is what is asked for, and not what a client above it makes of that.
            FaultCosts.all(of: run.report).filter { $0.point.fault == fault && $0.point.retries == .own }.map { costs in
                (age: age, run: run, costs: costs)
            }
        }
        // Who speaks the transport, and what it goes over, is another question: where both were measured, this project's own halves
        // come first. Then what keeps the guarantee, the nearest load, and the latest run.
        var nearest: [String: (order: (Int, Int, Double, Double, Int), evidence: Evidence)] = [:]
        for (age, run, costs) in all {
            for line in costs.lines {
                let rows = run.report.rows.filter {
                    $0.planned.cell.point == costs.point && $0.planned.cell.transport == line.transport
                }
                let isMet = rows.allSatisfy { question.need.isMet(by: $0.durability, $0.acknowledgementClass) }
                let (size, rate) = question.distance(to: costs.point)
                let order = (costs.point.parties.isOwn ? 0 : 1, isMet ? 0 : 1, size, rate, age)
                if let known = nearest[line.transport], known.order <= order { continue }
                let failed = rows.filter(\.hasFailed)
                nearest[line.transport] = (
                    order,
                    Evidence(
                        folder: run.folder, costs: costs, line: line,
                        failed: failed.first.map { (failed.count, $0.invalidReason) })
                )
            }
        }
        evidence = nearest.mapValues(\.evidence)
    }

    var wish: String {
        let limit = within.map { ", going on within \(NumberText.duration(microseconds: $0 * 1e6))" } ?? ""
        return "with \(fault.rawValue)\(limit)"
    }

    var isMeasured: Bool { !evidence.isEmpty }

    var command: String {
        switch fault {
        case .nodeKill, .leaderKill:
            "brokerlab bench --transport amqp:quorum-cluster --rate 500 --in-flight 64 --duration 15 --rounds 7 --faults "
                + fault.rawValue
        case .blackhole: "brokerlab bench --suite faults --network lan --faults blackhole"
        default: "brokerlab bench --suite faults --faults \(fault.rawValue)"
        }
    }

    /// What is killed, of which an acknowledged entry has to outlive it.
    private var failure: Durability.Failure? {
        switch fault {
        case .loggerKill: .logger
        case .rabbitMQKill, .nodeKill, .leaderKill: .rabbitmq
        default: nil
        }
    }

    func reason(against row: ResultRow) -> String? {
        if let failure, !row.durability.survives(failure) {
            return "its acknowledgement says: \(row.durability.meaning), which does not outlive \(fault.rawValue)"
        }
        guard !isSpared(row) else { return nil }
        guard let own = evidence[row.planned.cell.transport] else { return "not measured with \(fault.rawValue)" }
        if let failed = own.failed {
            return "with \(fault.rawValue) \(failed.count) of \(own.line.rounds) rounds failed: \(failed.reason)"
        }
        guard let gap = own.line.largestGap else { return "no row with \(fault.rawValue) is valid" }
        guard let within, gap.range.upperBound > within * 1000 else { return nil }
        return "with \(fault.rawValue) nothing was acknowledged for up to \(Self.time(gap.range.upperBound))"
    }

    /// Whether there is nothing between its halves that it could be done to.
    private func isSpared(_ row: ResultRow) -> Bool {
        fault.isOfRabbitMQ && row.peerVersion == nil && evidence[row.planned.cell.transport] == nil
    }

    func lines(of transports: [String]) -> [String] {
        var lines = ["\(fault.clause ?? fault.rawValue):"]
        for transport in transports {
            guard let own = evidence[transport] else {
                lines.append("  \(transport) has no RabbitMQ between its halves")
                continue
            }
            lines.append("  \(own.line.sentence)\(Self.rest(own.line)) [\(own.citation)]")
        }
        // Of those that were measured side by side.
        var cited: [String] = []
        for own in transports.compactMap({ evidence[$0] }) where !cited.contains(own.citation) {
            cited.append(own.citation)
            if !own.costs.standings.sentence.isEmpty { lines.append("  \(own.costs.standings.sentence)") }
        }
        return lines
    }

    /// `; nothing for 1.2 s at the longest (1.1 s to 1.3 s), no acknowledged entry lost, n=7`.
    private static func rest(_ line: FaultCosts.Line) -> String {
        var text = ""
        if let unknown = line.unknown, unknown.median >= 1 { text += "; \(unknown.entries) may have arrived" }
        if let duplicated = line.duplicated, duplicated.median >= 1 { text += "; \(duplicated.entries) came twice" }
        if let gap = line.largestGap {
            let (low, high) = (time(gap.range.lowerBound), time(gap.range.upperBound))
            let range = low == high ? "" : " (\(low) to \(high))"
            text += "; nothing acknowledged for \(time(gap.median))\(range)"
        }
        return text + "; no acknowledged entry lost, n=\(line.valid)"
    }

    private static func time(_ milliseconds: Double) -> String { ComparedFigure.largestGap.text(milliseconds) }
}
