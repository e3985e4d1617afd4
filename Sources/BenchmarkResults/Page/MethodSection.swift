/// How it was measured, on what, and what that cannot tell.
struct MethodSection: Sendable {
    let report: Report

    var html: String {
        """
        <section><h2>How it was measured</h2>
        <p>Every transport carries the same entries from one broker process to one logger process. Cells run in random order \
        within rounds, so that a machine that becomes slower makes no transport slower than another.\(slices) The logger keeps a ledger \
        of sequence numbers and checksums; a row counts only if every acknowledged entry is in it once and unchanged.</p>
        <p>Latency counts from the time an entry <em>should</em> have been sent to its acknowledgement; <em>delivered</em> to \
        the logger's record. Intervals are those of order statistics, which hold whatever the distribution is, and cover 95%\(coverage); ratios compare \
        rows of the same round. Two transports differ where the test of their ratios within rounds (Student's; from \
        \(PairedTest.firstRanked) rounds on Wilcoxon's) says so at 5% after Holm's correction over all pairs under that load\(looks), \
        <em>and</em> by more than one transport differs from itself there; they are equal where they differ by at most \(NumberText.trimmed(100 * Comparison.margin))% for sure. CPU is the kernel's account of each process. \
        Bytes on the wire are those of the broker's TCP sockets, without headers of TCP and IP.</p>
        \(overhead)\(noise)
        <h2>What it does not tell</h2>
        <ul>
        <li>Broker and logger share one machine: there is no network between them, and its cores are shared.</li>
        <li>The machine's own speed: rates of different days or machines cannot be compared, ratios within this page can.</li>
        \(memory)
        <li>Latency beyond the time measured: a pause that comes once an hour is not in seconds of load.</li>
        <li>Transports of different acknowledgement classes against each other: they promise different things.</li>\(blackBoxes)\(elsewhere)
        </ul>
        <h2>Environment</h2>
        <dl>\(environment)</dl>
        <p class="dim">Made by <code>brokerlab report</code> from results.csv, latency.hlog and run.json of the same folder.</p>
        </section>
        """
    }

    /// That cells had turns, where they did.
    private var slices: String {
        let rows = report.rows.filter { $0.planned.cell.load == .closed }
        guard let width = rows.compactMap(\.sliceMs).first else { return "" }
        let others = Set(rows.filter { $0.sliceMs == nil }.map(\.planned.cell.transport)).sorted()
        let exception = others.isEmpty ? "" : " (but for \(Markup.escape(others.joined(separator: ", "))))"
        return
            " Those of a closed load\(exception) had turns, in slices of \(NumberText.trimmed(width)) ms, with a broker and a "
            + "logger each, so that what the machine does in a moment hits all of them."
    }

    /// What intervals of fewer rounds cover, where there are some.
    private var coverage: String {
        let fewest = report.summary.map(\.count).filter { $0 > 1 }.min() ?? 0
        return Estimate.coverageText(rounds: fewest).map { " (of \(fewest) rounds: \($0))" } ?? ""
    }

    /// That there were several looks, where there were.
    private var looks: String {
        let looks = Looks(report.suite)
        return looks.count == 1
            ? "" : " and for \(looks.count) looks, after which only what was open was measured further"
    }

    /// What the lab itself costs, where that was measured.
    private var overhead: String {
        guard let transport = report.overhead.first?.transport else { return "" }
        let loads = report.overhead.map { one in
            "<li>\(Markup.escape(one.point.text)): \(one.rate.text(places: 3)) of its rate, "
                + "\(one.cpu.text(places: 3)) of its CPU time</li>"
        }
        return """
            <p>The lab measures itself, too. Beside a bare loop of sends over \(Markup.escape(transport)), which reads no clock and \
            records nothing, with both processes on one core, the same loads came to:</p>
            <ul>\(loads.joined())</ul>
            """
    }

    /// What a logger in memory leaves out.
    private var memory: String {
        report.suite.usedStores.contains(.memory)
            ? "<li>What a log entry costs after it was recorded in memory, where the logger keeps the latest ones.</li>"
            : ""
    }

    /// What loggers without an account leave open.
    private var blackBoxes: String {
        report.rows.contains { !$0.isReconciled }
            ? "<li>Whether entries arrived whose logger gives no account of them: those rows are not reconciled, and are ranked "
                + "among themselves.</li>" : ""
    }

    /// What loggers elsewhere say of themselves.
    private var elsewhere: String {
        let bounds = report.rows.compactMap(\.clockBoundUs)
        guard let worst = bounds.max() else { return "" }
        let bound = NumberText.significant(worst)
        return "<li>What else used the host of a logger whose figures came over its control API: its CPU time, memory "
            + "and account are what it says, and its clock is known within \(bound) us. Delivered latencies are left out "
            + "where that is more than a tenth of their median.</li>"
    }

    /// Who played a part, where that was not this project's own.
    private func played(_ part: (ResultRow) -> (name: String, version: String)) -> String? {
        let names = Set(
            report.rows.map { row in [part(row).name, part(row).version].filter { !$0.isEmpty }.joined(separator: " ") }
        )
        let others = names.filter { !$0.isEmpty }.sorted()
        return report.rows.allSatisfy { ["", "swift"].contains(part($0).name) } ? nil : others.joined(separator: ", ")
    }

    /// How much of the noise lies between processes, where that was measured.
    private var noise: String {
        let points = Dictionary(grouping: report.rows, by: \.planned.cell.point).values.compactMap(ProcessNoise.init)
        guard !points.isEmpty else { return "" }
        let between = points.map { $0.between * $0.between }.reduce(0, +)
        let within = points.map { $0.within * $0.within }.reduce(0, +)
        let share = between + within > 0 ? 100 * between / (between + within) : 0
        let each = report.suite.slices == nil ? "" : ", where there are turns for each transport"
        func percent(_ sum: Double) -> String {
            NumberText.significant(100 * (sum / Double(points.count)).squareRoot())
        }
        return """
            <p>Every round has a logger and a load generator of its own\(each), and the control another pair. Of the variance of a \
            rate, \(NumberText.significant(share))% lies between processes: a standard deviation of \(percent(between))%, \
            beside \(percent(within))% within one.</p>
            """
    }

    /// How precisely an open load kept its schedule, as far as that was the lab's part.
    private var arrivals: String? {
        guard let usual = Median.of(report.rows.compactMap(\.arrivalErrorP50Us)),
            let latest = report.rows.compactMap(\.arrivalErrorP99Us).max()
        else { return nil }
        var text =
            "sent \(NumberText.duration(microseconds: usual)) after they were due in the median; "
            + "\(NumberText.duration(microseconds: latest)) at p99 in the row in which they were latest"
        if report.rows.contains(where: { ($0.generatorSpinPercent ?? 0) > 0 }), let spin = report.suite.spinUs {
            text +=
                "; the generator waited on its core for the last \(NumberText.significant(spin)) us, which the "
                + "broker's CPU leaves out"
        }
        return text
    }

    /// Where the stores were, which decides what a commit takes.
    private var stores: String? {
        let names = report.suite.usedStores.filter(\.isDurable).map(\.rawValue)
        guard !names.isEmpty else { return nil }
        return names.joined(separator: ", ") + (report.record.environment.storeFileSystem.map { " on \($0)" } ?? "")
    }

    /// Over what broker and logger spoke, where that was not TCP alone.
    private var sockets: String? {
        let kinds = report.suite.usedSockets
        return kinds == [.tcp] ? nil : kinds.map(\.rawValue).joined(separator: ", ")
    }

    /// What entries went over, and how far the links kept their word.
    private var networks: String? {
        let links = report.suite.usedNetworks.filter(\.isLink).map(\.text)
        guard !links.isEmpty else { return nil }
        let latest = report.rows.compactMap(\.linkLatenessP99Us).max().map {
            "; packets were handed on \(NumberText.duration(microseconds: $0)) later than due at p99, in the row in which they "
                + "were latest"
        }
        let sides =
            report.suite.usedNetworks.contains(where: report.suite.hasRabbitMQ)
            ? "; RabbitMQ on the side of the \(report.suite.usedRabbitMQSides.map(\.rawValue).joined(separator: ", of the "))"
            : ""
        return report.suite.usedNetworks.map(\.text).joined(separator: ", ") + sides + (latest ?? "")
    }

    /// What was spoken over TLS, where something was.
    private var tls: String? {
        let rows = report.rows.filter { $0.planned.cell.tls.isOn }
        guard report.suite.usedTLS.contains(where: \.isOn) else { return nil }
        let spoken = Set(rows.map { [$0.tlsVersion, $0.tlsCipher].compactMap(\.self).joined(separator: " ") })
        let words = report.suite.usedTLS.map(\.rawValue) + spoken.filter { !$0.isEmpty }.sorted()
        return words.joined(separator: ", ")
    }

    /// After how many entries connections were closed, where some were.
    private var churn: String? {
        let used = report.suite.usedChurn
        guard used != [0] else { return nil }
        return used.map { $0 == 0 ? "never" : "after \($0)" }.joined(separator: ", ")
    }

    /// What was made to go wrong, where something was.
    private var faults: String? {
        let used = report.suite.usedFaults
        return used == [.none] ? nil : used.map(\.rawValue).joined(separator: ", ")
    }

    /// Who sent again what failed, where that was not left to the transports.
    private var retries: String? {
        let used = report.suite.usedRetries
        return used == [.own] ? nil : used.map(\.rawValue).joined(separator: ", ")
    }

    /// Who was between broker and logger, where somebody was.
    private var through: String? {
        let used = report.suite.usedThrough
        return used == [.none] ? nil : used.map { $0 == .none ? "nobody" : $0.rawValue }.joined(separator: ", ")
    }

    /// How many times what was carried was offered, where that told the rate.
    private var overload: String? {
        let times = report.suite.usedOverload.map { "\(NumberText.trimmed($0)) times" }
        return times.isEmpty ? nil : "\(times.joined(separator: ", ")) what was carried"
    }

    /// How much work each entry was to the logger, where it was some.
    private var loggerWork: String? {
        let used = report.suite.usedLoggerWork.map { LoggerWork(microseconds: $0) }
        return used == [.none]
            ? nil : used.map { $0 == .none ? "none" : "\($0.amount) an entry" }.joined(separator: ", ")
    }

    private var placement: String {
        switch report.suite.placement {
        case .free: "free"
        case .oneCPU: "one-cpu: broker and logger share a core"
        case .split where report.record.environment.cpuCount > 2: "split: broker and logger have a core each"
        case .split: "split: broker and logger have a core each, which RabbitMQ and the lab share, as there are no more"
        }
    }

    private var environment: String {
        let machine = report.record.environment
        let suite = report.suite
        let audit = report.rows
        func worst(_ value: (ResultRow) -> Double?) -> String? {
            audit.compactMap(value).max().map(NumberText.significant)
        }
        let entries: [(String, String?)] = [
            ("command", report.record.command.isEmpty ? nil : report.record.command.joined(separator: " ")),
            ("host", machine.host), ("system", machine.os),
            ("processor", machine.cpuModel.map { "\($0), \(machine.cpuCount) cores" }),
            ("Swift", machine.swiftVersion), ("commit", machine.gitCommit),
            ("RabbitMQ", audit.compactMap(\.peerVersion).first),
            ("broker", played { ($0.brokerImplementation, $0.brokerVersion) }),
            ("logger", played { ($0.loggerImplementation, $0.loggerVersion) }),
            ("stores", stores), ("sockets", sockets),
            ("networks", networks), ("TLS", tls), ("churn", churn), ("logger's work", loggerWork),
            ("faults", faults), ("retries", retries), ("overload", overload), ("in the middle", through),
            (
                "each cell",
                "\(suite.warmup) s warm-up, \(suite.measuredText), \(RoundsText.of(report.summary, suite)), seed \(suite.seed)"
            ),
            ("payload", suite.payload.name), ("placement", placement),
            ("operation", suite.messagesPerOperation > 1 ? "\(suite.messagesPerOperation) entries, sent at once" : nil),
            ("most stolen time", worst(\.cpuStealPercent).map { "\($0)% of the cores' time in one row" }),
            ("most used by others", worst(\.foreignCPUPercent).map { "\($0)% of the cores' time, in one row" }),
            ("arrivals", arrivals),
        ]
        return entries.compactMap { name, value in
            value.map { "<dt>\(name)</dt><dd>\(Markup.escape($0))</dd>" }
        }.joined(separator: "\n")
    }
}
