import Broker

/// A row of `results.csv` with what all rows of the run have in common.
package struct ReportedResult: Sendable {
    var row: ResultRow
    var suite: Suite
    var environment: BenchmarkEnvironment

    /// A row of that run.
    package init(row: ResultRow, suite: Suite, environment: BenchmarkEnvironment) {
        self.row = row
        self.suite = suite
        self.environment = environment
    }

    var cell: Cell { row.planned.cell }
}

/// The columns of `results.csv`, in their order; those of what is measured stand beside what they hold, in `ResultRow.swift`.
///
/// Names, units and order never change; a change of meaning raises ``schemaVersion``.
enum ResultColumns {
    static let schemaVersion = 1

    static let all: [ResultColumn] =
        run + subject + load + counts + figures + verdict + addedSubject + added + later

    static let header = all.map(\.column.name)

    static func fields(of result: ReportedResult) -> [String] {
        all.map { $0.column.field(result) }
    }

    private static let run: [ResultColumn] = [
        ResultColumn(.count("schema_version", "The version of the columns' meanings.") { _ in schemaVersion }),
        .text("run_id", \.runID, "The ledger's run id of the measured entries."),
        ResultColumn(.text("suite", "The suite's name.") { $0.suite.name }),
        .text("started_at_utc", \.startedAt, "When the cell was started."),
        ResultColumn(
            .text("git_commit", "The commit that the program's checkout stood on.") { $0.environment.gitCommit }),
        ResultColumn(.text("host", "The host's name.") { $0.environment.host }),
        ResultColumn(.text("os", "Distribution and kernel.") { $0.environment.os }),
        ResultColumn(.text("cpu_model", "The processor's name.") { $0.environment.cpuModel }),
        ResultColumn(.count("cpu_count", "The cores that the benchmark may use.") { $0.environment.cpuCount }),
        ResultColumn(.text("swift_version", "The compiler of the program.") { $0.environment.swiftVersion }),
    ]

    private static let subject: [ResultColumn] = [
        ResultColumn(.text("transport", "The transport, without its variant.") { $0.cell.transportName }) {
            fields, row throws(BenchmarkError) in
            row.planned.cell.transport = try fields.required("transport", fields.text)
        },
        .text("mode", \.mode, "How the protocol was used."),
        .text("codec", \.codec, "How entries were encoded."),
        ResultColumn(
            .text("peer_version", "The version of the message broker between the halves.") { $0.row.peerVersion }
        ) {
            fields, row in row.peerVersion = fields.text("peer_version")
        },
        .text(
            "ack_class", \.acknowledgementClass,
            "What an acknowledgement promised: recorded, stored, queued, replicated or none."),
        ResultColumn(.flag("tls", "Whether the wire was encrypted.") { $0.row.isEncrypted }) {
            fields, row throws(BenchmarkError) in
            row.isEncrypted = try fields.flag("tls") ?? false
        },
        ResultColumn(.text("placement", "Which cores broker and logger ran on.") { $0.suite.placement.rawValue }),
    ]

    private static let load: [ResultColumn] = [
        .key("payload_bytes", in: "B", isRequired: true, \.planned.cell.payloadBytes, "The length of an entry's text."),
        // Design, section 4: a connection of a transport may be a pool of sockets.
        .key("connections", \.planned.cell.connections, "The connections that share the entries in flight."),
        .key("in_flight", isRequired: true, \.planned.cell.inFlight, "How many entries may be unacknowledged at once."),
        ResultColumn(
            .text(
                "load_model",
                "When entries are sent: closed, open at a rate, cold, each on a connection of its own, or overload, at a rate by what was carried."
            ) { $0.cell.load.name }
        ) { fields, row in
            if fields.text("load_model") == LoadModel.cold.name { row.planned.cell.load = .cold }
        },
        ResultColumn(
            .figure("target_rate_per_s", in: "msgs/s", "The rate that entries of an open load are due at.") {
                $0.cell.load.ratePerSecond
            }
        ) { fields, row throws(BenchmarkError) in
            if let rate = try fields.double("target_rate_per_s") { row.planned.cell.load = .open(ratePerSecond: rate) }
        },
        ResultColumn(.figure("warmup_s", in: "s", "How long the cell was loaded before.") { $0.suite.warmup }),
        ResultColumn(
            .figure("duration_s", in: "s", "How long the cell was measured.") { $0.suite.duration(with: $0.cell.fault) }
        ),
        ResultColumn(.count("repetition", "The same as block.") { $0.row.planned.block }),
        .key("block", isRequired: true, \.planned.block, "The round, counted from 1."),
        .key("order_in_block", \.planned.orderInBlock, "The cell's place in its round, counted from 1."),
        ResultColumn(.count("seed", "What order and payloads were derived from.") { $0.suite.seed }),
    ]

    private static let verdict: [ResultColumn] = [
        ResultColumn(.flag("valid", "Whether the row may be trusted.") { $0.row.isValid }) {
            fields, row throws(BenchmarkError) in
            row.invalidReasons = try fields.flag("valid") == true ? [] : ["no reason given"]
        },
        ResultColumn(.text("invalid_reason", "Why it must not be.") { $0.row.invalidReason }) { fields, row in
            guard !row.isValid, let reasons = fields.text("invalid_reason")?.split(separator: ";") else { return }
            row.invalidReasons = reasons.map { InvalidReason(String($0.drop { $0 == " " })) }
        },
    ]

    /// Columns that came later stand behind the others, so that the place of none changes.
    private static let addedSubject: [ResultColumn] = [
        ResultColumn(.text("variant", "The transport's variant; empty for its default.") { $0.cell.variant }) {
            fields, row in
            if let variant = fields.text("variant") { row.planned.cell.transport += ":\(variant)" }
        },
        ResultColumn(.text("role", "cell, control, or bare_loop: what it is measured for.") { $0.cell.role.rawValue }) {
            fields, row throws(BenchmarkError) in
            if let role = try fields.word("role", CellRole.init) { row.planned.cell.role = role }
        },
        ResultColumn(
            .text("arrivals", "How the entries of an open load are spread.") { $0.cell.load.arrivals?.rawValue }
        ) {
            fields, row throws(BenchmarkError) in
            guard let rate = row.planned.cell.load.ratePerSecond,
                let arrivals = try fields.word("arrivals", Arrivals.init)
            else { return }
            row.planned.cell.load = .open(ratePerSecond: rate, arrivals: arrivals)
        },
        ResultColumn(.text("payload_kind", "What the texts are made of: random, or lines.") { $0.suite.payload.name }),
        ResultColumn(
            .count("messages_per_operation", "How many entries a sender sends at once.") {
                $0.suite.messagesPerOperation
            }),
    ]

    private static let later: [ResultColumn] =
        names + processes + [store] + storing + [socket] + network + linking + parties + [loops] + tls + cold
        + playing + [side] + churn + [fault] + faultTimes + faultFates + [loggerWork, overload] + overloading + retrying
        + through + throughFigures + [slices]

    private static let slices = ResultColumn.figure(
        "slice_ms", in: "ms", \.sliceMs,
        "How wide the slices were in which the cell was measured, by turns with the others of its load; empty for one piece."
    )

    /// Connections that did not stay.
    private static let churn: [ResultColumn] = [
        .key(
            "churn", \.planned.cell.churn,
            "After how many entries a connection was closed and another one dialed; 0 is for never."),
        .count(
            "dialed_connections", \.dialedConnections,
            "How many connections were dialed while the cell was measured; empty for connections that stay."),
    ]

    private static let fault = ResultColumn(
        .text(
            "fault",
            "What was made to go wrong: \(Fault.names); empty for nothing, as the times that follow."
        ) { $0.cell.fault.column }
    ) { fields, row throws(BenchmarkError) in
        if let fault = try fields.word("fault", Fault.init) { row.planned.cell.fault = fault }
    }

    /// What was sent again.
    private static let retrying: [ResultColumn] = [
        ResultColumn(
            .text(
                "retries",
                "Who sent again what the fault made fail: own, the transport where it does so by itself; none; not-sent or unknown, the load "
                    + "generator. Empty where nothing was made to go wrong."
            ) { $0.cell.fault == .none ? nil : $0.cell.retries.rawValue }
        ) { fields, row throws(BenchmarkError) in
            if let retries = try fields.word("retries", Retries.init) { row.planned.cell.retries = retries }
        },
        .count(
            "retried", \.retried,
            "How many times the load generator sent an entry again; empty where nothing was made to go wrong, or it was not its to do."
        ),
    ]

    /// Who was in the middle.
    private static let through: [ResultColumn] = [
        ResultColumn(
            .text(
                "through",
                "Who was between broker and logger: none, or broker, to which entries went over HTTP and from which over the transport. The "
                    + "bytes on the wire are then those of the way to it."
            ) { $0.cell.through.rawValue }
        ) { fields, row throws(BenchmarkError) in
            if let through = try fields.word("through", Through.init) { row.planned.cell.through = through }
        },
        ResultColumn(
            .text(
                "through_impl",
                "What played the broker in the middle: swift is this project's own, others as they call themselves; empty for nobody."
            ) { $0.row.throughImplementation }
        ) { fields, row in row.throughImplementation = fields.text("through_impl") },
        ResultColumn(.text("through_impl_version", "Its version, as it says.") { $0.row.throughVersion }) {
            fields, row in
            row.throughVersion = fields.text("through_impl_version")
        },
    ]

    private static let overload = ResultColumn(
        .figure(
            "overload", places: 2,
            "How many times carried_msgs_per_s was offered; empty where no rate is told by it, as all that follows but the last."
        ) { $0.cell.load.overload }
    ) { fields, row throws(BenchmarkError) in
        if let times = try fields.double("overload") { row.planned.cell.load = .overload(times: times) }
    }

    private static let loggerWork = ResultColumn(
        .count(
            "logger_work_us", in: "us",
            "How long each entry kept an event loop of the logger busy before it was recorded, of a core; 0 is for none."
        ) { $0.cell.loggerWork.microseconds }
    ) { fields, row throws(BenchmarkError) in
        if let work = try fields.int("logger_work_us") {
            row.planned.cell.loggerWork = LoggerWork(microseconds: work)
        }
    }

    private static let store = ResultColumn(
        .text("store", "Where the logger kept an entry: memory, sqlite or postgres; empty where nobody knows.") {
            $0.row.isReconciled ? $0.cell.store.rawValue : nil
        }
    ) { fields, row throws(BenchmarkError) in
        if let store = try fields.word("store", StoreKind.init) { row.planned.cell.store = store }
    }

    private static let socket = ResultColumn(
        .text("socket", "Over what sockets broker and logger spoke: tcp or unix.") { $0.cell.socket.rawValue }
    ) { fields, row throws(BenchmarkError) in
        if let socket = try fields.word("socket", SocketKind.init) { row.planned.cell.socket = socket }
    }

    private static let loops = ResultColumn(
        .count("logger_loops", "How many event loops the logger had; empty for another one than broker-lab's own.") {
            $0.row.loggerImplementation == "swift" ? $0.suite.usedLoggerLoops : nil
        })

    /// What entries went over.
    private static let network: [ResultColumn] = [
        ResultColumn(
            .text("network", "What lay between broker and logger: loopback, or a link.") { $0.cell.network.text }
        ) { fields, row throws(BenchmarkError) in
            if let network = try fields.word("network", { try? Network(parsing: $0) }) {
                row.planned.cell.network = network
            }
        },
        ResultColumn(
            .figure("rtt_ms", in: "ms", "How long the link has a packet and its answer take; empty without one.") {
                $0.cell.network.link?.rttMs
            }),
        ResultColumn(
            .figure("rate_mbit", in: "Mbit/s", "The link's rate, each way; empty where it has no limit.") {
                $0.cell.network.link?.rateMbit
            }),
        ResultColumn(
            .figure("loss_pct", in: "%", "How many packets the link is to lose, each way.") {
                $0.cell.network.link?.lossPercent
            }),
        ResultColumn(
            .figure("jitter_ms", in: "ms", "How much longer than half of rtt_ms a packet takes at most.") {
                $0.cell.network.link?.jitterMs
            }),
        ResultColumn(
            .count("queue_packets", "How many packets wait for the link's rate at most.") {
                $0.cell.network.link?.queuePackets
            }),
    ]

    private static let side = ResultColumn(
        .text("rabbitmq_side", "Which end of the link RabbitMQ was at: logger or broker; empty where it was at none.") {
            $0.suite.hasRabbitMQ(behind: $0.cell.network) ? $0.cell.rabbitMQSide.rawValue : nil
        }
    ) { fields, row throws(BenchmarkError) in
        if let side = try fields.word("rabbitmq_side", RabbitMQSide.init) { row.planned.cell.rabbitMQSide = side }
    }

    /// What was spoken over TLS.
    private static let tls: [ResultColumn] = [
        ResultColumn(
            .text(
                "tls_setting",
                "Whether the suite had broker and logger speak TLS: off, on, or mutual, with a certificate of the broker's as well. A URL may "
                    + "have it so, too, which the column tls tells."
            ) { $0.cell.tls.rawValue }
        ) { fields, row throws(BenchmarkError) in
            if let tls = try fields.word("tls_setting", TLSUse.init) { row.planned.cell.tls = tls }
        },
        ResultColumn(
            .text("tls_version", "What the load generator says was agreed upon: TLSv1.3; empty in cleartext.") {
                $0.row.tlsVersion
            }
        ) { fields, row in row.tlsVersion = fields.text("tls_version") },
        ResultColumn(
            .text("tls_cipher", "The cipher suite that was agreed upon, as IANA names it; empty in cleartext.") {
                $0.row.tlsCipher
            }
        ) { fields, row in row.tlsCipher = fields.text("tls_cipher") },
    ]

    /// Who was to play broker and logger.
    private static let playing: [ResultColumn] = [
        party("broker_setting", "broker", "broker_impl", \.broker),
        party("logger_setting", "logger", "logger_impl", \.logger),
    ]

    private static func party(
        _ name: String, _ half: String, _ other: String, _ path: any WritableKeyPath<PartyPair, Party> & Sendable
    ) -> ResultColumn {
        ResultColumn(
            .text(
                name,
                "Who the suite had play the \(half), swift unless told otherwise. A command or an address may play it, too, which "
                    + "\(other) tells."
            ) { $0.cell.parties[keyPath: path].rawValue }
        ) { fields, row throws(BenchmarkError) in
            if let party = try fields.word(name, Party.init) { row.planned.cell.parties[keyPath: path] = party }
        }
    }

    /// What rows are grouped by.
    private static let names: [ResultColumn] = [
        ResultColumn(
            .text("name", "The transport with its variant, and (control) or (bare loop): rows can be grouped by it.") {
                $0.cell.who
            }),
        ResultColumn(
            .text(
                "durability",
                "Where an acknowledged entry is: \(Durability.allCases.map(\.rawValue).joined(separator: ", "))."
            ) {
                $0.row.durability.rawValue
            }
        ) { fields, row throws(BenchmarkError) in
            if let durability = try fields.word("durability", Durability.init(rawValue:)) {
                row.durability = durability
            }
        },
    ]
}
