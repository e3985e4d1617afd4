/// Something that two runs were not made alike in.
package struct RunDifference: Sendable, Hashable {
    /// What it is.
    package var what: String
    /// What the old run had.
    package var old: String
    /// What the new one had.
    package var new: String
    /// Whether figures of the two say nothing about each other for it.
    package var isVoiding: Bool

    /// All that two runs differ in, what voids a comparison first.
    static func all(_ old: Report, _ new: Report) -> [RunDifference] {
        let all: [(String, (Report) -> String?, Bool)] = [
            ("host", { $0.record.environment.host }, true), ("processor", { $0.record.environment.cpuModel }, true),
            ("cores", { String($0.record.environment.cpuCount) }, true),
            ("placement", { $0.suite.placement.rawValue }, true),
            ("logger_loops", { String($0.suite.usedLoggerLoops) }, true),
            ("duration_s", { DecimalText.short($0.suite.duration) }, true),
            ("slice_ms", { DecimalText.short($0.suite.sliceMs ?? 0) }, true),
            ("cold_dials", { report in report.suite.coldDials.map(String.init) ?? "none" }, true),
            ("payload", { $0.suite.payload.name }, true),
            ("messages_per_operation", { String($0.suite.messagesPerOperation) }, true),
            ("spin_us", { report in report.suite.spinUs.map(DecimalText.short) }, true),
            ("file system of the stores", { $0.record.environment.storeFileSystem }, true),
            ("broker", { report in report.parties(\.brokerImplementation) }, false),
            ("logger", { report in report.parties(\.loggerImplementation) }, false),
            ("account of what arrived", { report in report.reconciliation }, true),
            ("warmup_s", { DecimalText.short($0.suite.warmup) }, false),
            ("rounds", { String($0.suite.rounds) }, false),
            ("time_budget_s", { report in report.suite.timeBudget.map(DecimalText.short) }, false),
            ("suite", { $0.suite.name }, false),
            ("control", { $0.suite.controlTransport }, false), ("system", { $0.record.environment.os }, false),
            ("Swift", { $0.record.environment.swiftVersion }, false),
            ("RabbitMQ", { report in report.rows.lazy.compactMap(\.peerVersion).first }, false),
            ("commit", { $0.record.environment.gitCommit }, false),
        ]
        return all.compactMap { what, value, isVoiding in
            let (before, after) = (value(old), value(new))
            guard before != after else { return nil }
            return RunDifference(
                what: what, old: before ?? "unknown", new: after ?? "unknown",
                // What one of them does not say is no difference that is known.
                isVoiding: isVoiding && before != nil && after != nil)
        }
    }

    /// `host: a, then b`.
    package var text: String { "\(what): \(old), then \(new)" }
}

extension Report {
    /// Who played a part; nil where no row says it.
    fileprivate func parties(_ part: (ResultRow) -> String) -> String? {
        let names = Set(rows.map(part).filter { !$0.isEmpty }).sorted()
        return names.isEmpty ? nil : names.joined(separator: ", ")
    }

    /// Whether all rows, some or none were held against an account of what arrived.
    fileprivate var reconciliation: String {
        // Where nothing was acknowledged, as of a logger that was lost, there was nothing to hold against it.
        let rows = rows.filter { ($0.acked ?? 0) > 0 }
        let count = rows.count(where: \.isReconciled)
        return count == rows.count ? "of every row" : count == 0 ? "of no row" : "of some rows"
    }
}
