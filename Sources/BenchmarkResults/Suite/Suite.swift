import Broker

/// What a benchmark measures: the axes that span its cells, and how each cell is loaded.
package struct Suite: Sendable, Hashable, Codable {
    /// The name, as in the report's `suite` column and the default folder's name: letters, digits, `.`, `_` and `-`.
    package var name: String
    /// The transports, by the selectors of the registry: `grpc`, `grpc:stream`.
    package var transports: [String]
    /// The lengths of an entry's text, in bytes.
    package var payloadBytes: [Int]
    /// How many entries may be unacknowledged at once, over all connections.
    package var inFlight: [Int]
    /// How many connections share the entries in flight.
    package var connections: [Int] = [1]
    /// What the texts are made of.
    package var payload = PayloadKind.random
    /// How many entries belong together: a sender that has sent so many at once waits for all of them.
    package var messagesPerOperation = 1
    /// When entries are sent: one model, or open loads of several rates.
    package var loads: [LoadModel]
    /// How many cold connections a cell dials, where that is its load; nil of other loads.
    package var coldDials: Int?
    /// How long before an entry of an open load is due the load generator stops sleeping and keeps its core busy, in
    /// microseconds; 0 or nil, as in records of before there was a choice, has it sleep until then.
    package var spinUs: Double? = 250
    /// Which cores broker and logger run on.
    package var placement: Placement
    /// Where the logger keeps entries: every load is measured with each; nil, as in records of before there was a choice, is its
    /// memory.
    package var stores: [StoreKind]?
    /// Over what sockets broker and logger speak: every load is measured over each; nil, as in records of before there was a
    /// choice, is TCP.
    package var sockets: [SocketKind]?
    /// What lies between broker and logger: every load is measured over each; nil, as in records of before there was a choice,
    /// is loopback.
    package var networks: [Network]?
    /// How many event loops the logger has; nil, as in records of before there was a choice, is one.
    package var loggerLoops: Int?
    /// Whether broker and logger speak TLS: every load is measured with each; nil, as in records of before there was a choice, is
    /// cleartext.
    package var tls: [TLSUse]?
    /// How often every cell is measured; with a time budget, before it is decided what is measured further.
    package var rounds: Int
    /// How long all rounds may take, in seconds: as many as that are measured of what is not decided yet; nil where their
    /// number is fixed, as in records of before there was a choice.
    package var timeBudget: Double?
    /// How long a cell is measured, in seconds.
    package var duration: Double
    /// How long a cell is loaded before it is measured, in seconds.
    package var warmup: Double
    /// How wide the bins are in which it is told what came of a cell over time, in milliseconds; 0 or nil is for none.
    package var timelineMs: Double?
    /// What the order of the cells and the payloads are derived from.
    package var seed: UInt64
    /// The transport that the report's sentences compare the others with; nil leaves the choice to the report.
    package var baseline: String?
    /// The transport that is measured twice in each round, under the same load, for the machine's own noise; nil leaves
    /// the choice to the report.
    package var control: String?
    /// Whether the codecs and the protocols are timed by themselves as well, for what a message's CPU time goes to; nil in
    /// records of before there was a choice.
    package var decomposition: Bool?
    /// Whether the control transport is also measured beside a bare loop of sends, for what the lab itself costs; nil in records
    /// of before there was a choice.
    package var bareLoop: Bool?
    /// The 99th percentile of the acknowledged latency that a rate step must keep to count as carried, in microseconds.
    package var p99LimitUs: Double = 10_000
    /// What every row must keep, beside what the audit asks of it.
    package var thresholds = Thresholds()

    /// What the others are compared with, as the registry has it; nil before ``validated(transports:)``, and in records of runs
    /// before it was kept here.
    package var references: References?
    /// Those that can be had over TCP only, as the registry has it; nil for none, and in records of before there was a choice.
    package var tcpOnly: [String]?

    /// Creates a suite; its values are checked by ``validated(transports:)``.
    package init(
        name: String, transports: [String], payloadBytes: [Int], inFlight: [Int], load: LoadModel = .closed,
        placement: Placement = .oneCPU, rounds: Int = 1, duration: Double = 1.7, warmup: Double = 0.4,
        seed: UInt64 = Suite.randomSeed()
    ) {
        self.name = name
        self.transports = transports
        self.payloadBytes = payloadBytes
        self.inFlight = inFlight
        self.loads = [load]
        self.placement = placement
        self.rounds = rounds
        self.duration = duration
        self.warmup = warmup
        self.seed = seed
    }

    /// Every measured entry's `name`.
    package static var entryName: String { "bench" }

    /// A seed nobody chose, short enough to be typed again.
    package static func randomSeed() -> UInt64 {
        .random(in: 1...999_999)
    }
}

// A key stands here, below the property that it sets. One that came later than others is optional there: the records of
// runs before it do not have it.
extension SuiteKey {
    /// All keys, in the order that they are listed, set and checked in.
    package static let all: [SuiteKey] = work + load + order + reading

    private static let work: [SuiteKey] = [
        .text(
            "name", flag: "suite", \.name,
            "The suite's name, as in the reports: that of its file unless told otherwise.",
            check: { suite, _ throws(SuiteViolation) in try SuiteRules.checkName(suite.name) }),
        SuiteKey(
            "transports", .transports, flag: "transport", valueName: "names",
            { "The transports to measure, separated by commas: \($0.known.joined(separator: ", "))." },
            set: { value, suite in
                if case .texts(let names) = value { suite.transports = names }
            },
            check: { suite, choice throws(SuiteViolation) in
                try SuiteRules.checkTransports(suite.transports, known: choice.known)
            }),
        .integers(
            "payload_bytes", valueName: "n,n", \.payloadBytes,
            in: 1...(EntryLimits().maxEntryBytes - Suite.entryName.utf8.count),
            "The sizes of the entries' texts, in bytes, separated by commas."),
        SuiteKey(
            "payload", .payload, { _ in "What the texts are made of: random characters, or the lines of a file." },
            set: { value, suite in
                if case .payload(let kind) = value { suite.payload = kind }
            }),
        .integers(
            "in_flight", valueName: "n,n", \.inFlight, in: 1...SuiteRules.mostConnections,
            "How many entries are unacknowledged at once, separated by commas."),
        .integers(
            "connections", valueName: "n,n", \.connections, in: 1...SuiteRules.mostConnections,
            "How many connections share them, separated by commas."),
        .integer(
            "messages_per_operation", \.messagesPerOperation, in: 1...4096,
            "How many entries a sender sends at once and waits for together.", check: SuiteRules.checkShares),
    ]

    private static let load: [SuiteKey] = [
        SuiteKey(
            "rate_per_s", .rates, flag: "rate", valueName: "n,n", allowed: SuiteRules.text(SuiteRules.ratePerSecond),
            { _ in "Send at these rates, in entries a second, instead of as fast as answers come." },
            set: { value, suite in
                if case .rates(let rates) = value { suite.rates = rates }
            },
            check: { suite, _ throws(SuiteViolation) in try SuiteRules.checkLoads(suite.loads) }),
        SuiteKey(
            "cold_dials", .integer, valueName: "n", allowed: SuiteRules.text(SuiteRules.coldDials),
            { _ in
                "Measure cold connections: so many in a cell, one after the other, each dialed for one entry and closed behind it. "
                    + "Latency is then from the beginning of the dial to the acknowledgement."
            },
            set: { value, suite in
                guard case .integer(let dials) = value else { return }
                suite.coldDials = dials
                suite.loads = [.cold]
                // What tells of a load over time, or of its parts, or sends several entries at once, has no meaning there.
                (suite.timelineMs, suite.decomposition, suite.messagesPerOperation) = (nil, nil, 1)
            },
            check: { suite, _ throws(SuiteViolation) in
                guard let dials = suite.coldDials else { return }
                try SuiteRules.check(dials, "cold_dials", in: SuiteRules.coldDials)
            }),
        .word("arrivals", valueName: "how", \.arrivals, "How a rate is spread: constant or poisson.").needingRate,
        .number(
            "spin_us", valueName: "us", \.spinUs, in: 0...10_000,
            "At a rate, how long before an entry is due the generator stops sleeping and keeps its core busy, for a "
                + "precise start: 250 unless told otherwise, 0 for never. Never with placement one-cpu, where it would be the "
                + "logger's core, too."
        ).needingRate,
        .word(
            "placement", valueName: "where", \.placement,
            "one-cpu unless told otherwise: broker and logger share a core; split: they have one each; or free."),
        .integer(
            "logger_loops", valueName: "n", \.usedLoggerLoops, in: 1...64,
            "How many event loops the logger has: 1 unless told otherwise, so that rows can be compared. More take more cores "
                + "(placement free), and connections to share."),
        .words(
            "store", flag: "stores", valueName: "names", \.stores,
            "Where the logger keeps an entry before it answers, separated by commas: memory unless told otherwise, sqlite, "
                + "postgres. Every load is measured with each of them."),
        .words(
            "socket", flag: "socket", valueName: "names", \.sockets,
            "Over what sockets broker and logger speak, separated by commas: tcp unless told otherwise, unix. Every load is "
                + "measured over each of them, but what has a message broker between its halves over tcp only.",
            check: SuiteRules.checkSockets),
        SuiteKey(
            "network", .networks, valueName: "names", { _ in Network.help },
            set: { value, suite in
                if case .texts(let texts) = value { suite.networks = texts.compactMap { try? Network(parsing: $0) } }
            },
            check: { suite, _ throws(SuiteViolation) in try SuiteRules.checkNetworks(suite) }),
        .words(
            "tls", flag: "tls", valueName: "words", \.tls,
            "Whether broker and logger speak TLS, separated by commas: off unless told otherwise, on, with certificates made for "
                + "the run, which takes openssl. Every load is measured with each of them."),
    ]

    private static let order: [SuiteKey] = [
        SuiteKey(
            "rounds", .integer, valueName: "n", allowed: SuiteRules.text(SuiteRules.rounds),
            { _ in
                "How often every cell is measured, instead of as often as a time budget allows and its order asks for."
            },
            set: { value, suite in
                guard case .integer(let rounds) = value else { return }
                suite.rounds = rounds
                suite.timeBudget = nil
            },
            check: { suite, _ throws(SuiteViolation) in
                try SuiteRules.check(suite.rounds, "rounds", in: SuiteRules.rounds)
            }),
        SuiteKey(
            "time_budget_s", .number, flag: "time-budget", valueName: "seconds",
            allowed: SuiteRules.text(SuiteRules.seconds),
            { _ in
                "How long the rounds may take together, in seconds: the first \(Looks.planned[0]) are measured in any case, further ones go "
                    + "to the loads and transports whose order is still open."
            },
            set: { value, suite in
                guard case .number(let seconds) = value else { return }
                suite.timeBudget = seconds
                suite.rounds = Looks.planned[0]
            },
            check: { suite, _ throws(SuiteViolation) in
                guard let budget = suite.timeBudget else { return }
                try SuiteRules.check(budget, "time_budget_s", in: SuiteRules.seconds)
            }),
        .number(
            "duration_s", flag: "duration", valueName: "seconds", \.duration, in: 0.05...3600,
            "How long a cell is measured, in seconds."),
        .number(
            "warmup_s", flag: "warmup", valueName: "seconds", \.warmup, in: 0...600,
            "How long a cell runs before it is measured, in seconds."),
        .number(
            "timeline_ms", valueName: "ms", \.timelineMs, in: 0...SuiteRules.binMilliseconds.upperBound,
            "Tell what comes of each cell over time, in bins of that width, in milliseconds: timeline.csv, and charts on the "
                + "page. 0, for none, unless told otherwise.", check: SuiteRules.checkTimeline),
        SuiteKey(
            "seed", .seed, valueName: "n", allowed: "0 to \(UInt64.max)",
            { _ in "What the order of the cells and the texts are derived from." },
            set: { value, suite in
                if case .seed(let seed) = value { suite.seed = seed }
            }),
    ]

    private static let reading: [SuiteKey] = [
        .reference(
            "baseline", valueName: "name", \.baseline, "The transport that the report compares the others with."),
        .reference("control", \.control, "The transport that is measured twice, for the machine's own noise."),
        .flag(
            "decomposition", \.decomposition,
            "Whether codecs and protocols are timed by themselves as well: what a message's CPU time goes to."),
        .flag(
            "bare_loop", \.bareLoop,
            "Whether the control is also measured beside a bare loop of sends: what the lab itself costs."),
        .number(
            "p99_limit_us", \.p99LimitUs, in: SuiteRules.microseconds,
            "The p99 that a rate of a sweep must keep to count as carried, in microseconds."),
        .number(
            "min_msgs_per_s", \.thresholds.minThroughput, in: SuiteRules.ratePerSecond,
            "The least median throughput that every cell must have, or the command fails."),
        .number(
            "max_ack_p99_us", \.thresholds.maxAckP99Us, in: SuiteRules.microseconds,
            "The largest median p99 that every cell may have, in microseconds, or the command fails."),
        .number(
            "min_rate_kept", valueName: "part", \.thresholds.minRateKept, in: 0...1,
            "The part of its rate that every cell must carry, or the command fails: 0.98 unless told otherwise, less what "
                + "random arrivals explain; 0 for a sweep that looks for the rate at which it ends."
        ).needingRate,
        SuiteKey(
            "thresholds", .thresholds,
            { choice in
                "What single cells must keep, or the command fails. where: which ones, all if left out; in a transport's name * "
                    + "stands for any characters, and a list for each of its values. relative_to: the limits are parts of that "
                    + "transport's figures in the same round; floor is \(choice.references.floor ?? "the cheapest")."
            },
            set: { value, suite in
                if case .thresholds(let rules) = value { suite.thresholds.rules = rules }
            }, check: SuiteRules.checkThresholds),
    ]

    /// The same key, which means something for loads with a rate only.
    private var needingRate: SuiteKey {
        var key = self
        key.needsRate = true
        return key
    }
}

extension Suite {
    /// The rates of its loads, nil for a closed one; none where all is one closed load.
    fileprivate var rates: [Double?] {
        get { loads == [.closed] ? [] : loads.map(\.ratePerSecond) }
        set {
            loads = newValue.map { $0.map { .open(ratePerSecond: $0, arrivals: arrivals) } ?? .closed }
            coldDials = nil
        }
    }

    /// How the entries of its open loads are spread.
    fileprivate var arrivals: Arrivals {
        get { loads.lazy.compactMap(\.arrivals).first ?? .constant }
        set {
            loads = loads.map { load in load.ratePerSecond.map { .open(ratePerSecond: $0, arrivals: newValue) } ?? load
            }
        }
    }
}
