/// What a benchmark measures: the axes that span its cells, and how each cell is loaded.
public struct Suite: Sendable, Hashable, Codable {
    /// The name, as in the report's `suite` column and the default folder's name: letters, digits, `.`, `_` and `-`.
    public var name: String
    /// The transports, by the selectors of the registry: `grpc`, `grpc:stream`.
    public var transports: [String]
    /// The lengths of an entry's text, in bytes.
    public var payloadBytes: [Int]
    /// How many entries may be unacknowledged at once, over all connections.
    public var inFlight: [Int]
    /// How many connections share the entries in flight.
    public var connections: [Int] = [1]
    /// What the texts are made of.
    public var payload = PayloadKind.random
    /// How many entries belong together: a sender that has sent so many at once waits for all of them.
    public var messagesPerOperation = 1
    /// When entries are sent: one model, or open loads of several rates.
    public var loads: [LoadModel]
    /// How long before an entry of an open load is due the load generator stops sleeping and keeps its core busy, in
    /// microseconds; 0 or nil, as in records of before there was a choice, has it sleep until then.
    public var spinUs: Double? = 250
    /// Which cores broker and logger run on.
    public var placement: Placement
    /// How often every cell is measured.
    public var rounds: Int
    /// How long a cell is measured, in seconds.
    public var duration: Double
    /// How long a cell is loaded before it is measured, in seconds.
    public var warmup: Double
    /// What the order of the cells and the payloads are derived from.
    public var seed: UInt64
    /// The transport that the report's sentences compare the others with; nil leaves the choice to the report.
    public var baseline: String?
    /// The transport that is measured twice in each round, under the same load, for the machine's own noise; nil leaves
    /// the choice to the report.
    public var control: String?
    /// Whether the codecs and the protocols are timed by themselves as well, for what a message's CPU time goes to; nil in
    /// records of before there was a choice.
    public var decomposition: Bool?
    /// Whether the control transport is also measured beside a bare loop of sends, for what the lab itself costs; nil in records
    /// of before there was a choice.
    public var bareLoop: Bool?
    /// The 99th percentile of the acknowledged latency that a rate step must keep to count as carried, in microseconds.
    public var p99LimitUs: Double = 10_000
    /// What every row must keep, beside what the audit asks of it.
    public var thresholds = Thresholds()

    /// Creates a suite; its values are checked by ``validated(transports:)``.
    public init(
        name: String, transports: [String], payloadBytes: [Int], inFlight: [Int], load: LoadModel = .closed,
        placement: Placement = .free, rounds: Int = 1, duration: Double = 1.7, warmup: Double = 0.4,
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
    @inlinable package static var entryName: String { "bench" }

    /// A seed nobody chose, short enough to be typed again.
    public static func randomSeed() -> UInt64 {
        .random(in: 1...999_999)
    }
}

/// Which cores broker and logger may run on.
public enum Placement: String, Sendable, Hashable, CaseIterable, Codable {
    /// All that the benchmark was given.
    case free
    /// One and the same core.
    case oneCPU = "one-cpu"
}

/// What the cells of a suite must keep for the command to succeed; nil asks nothing.
public struct Thresholds: Sendable, Hashable, Codable {
    /// The least throughput of a cell's median, in entries per second.
    public var minThroughput: Double?
    /// The largest 99th percentile of the acknowledged latency of a cell's median, in microseconds.
    public var maxAckP99Us: Double?

    /// Creates thresholds that ask nothing.
    public init() {}
}
