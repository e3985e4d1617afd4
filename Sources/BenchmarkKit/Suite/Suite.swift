/// What a benchmark measures: the axes that span its cells, and how each cell is loaded.
public struct Suite: Sendable, Hashable {
    /// The name, as in the report's `suite` column and the default folder's name: letters, digits, `.`, `_` and `-`.
    public var name: String
    /// The transports, by the selectors of the registry: `grpc`, `grpc:stream`.
    public var transports: [String]
    /// The lengths of an entry's text, in bytes.
    public var payloadBytes: [Int]
    /// How many entries may be unacknowledged at once.
    public var inFlight: [Int]
    /// When entries are sent.
    public var load: LoadModel
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
        self.load = load
        self.placement = placement
        self.rounds = rounds
        self.duration = duration
        self.warmup = warmup
        self.seed = seed
    }

    /// A seed nobody chose, short enough to be typed again.
    public static func randomSeed() -> UInt64 {
        .random(in: 1...999_999)
    }
}

/// When the entries of a cell are sent.
public enum LoadModel: Sendable, Hashable {
    /// Each acknowledgement makes room for the next entry: the rate is what the transport carries.
    case closed
    /// Entries are due at a constant rate, in entries per second, whether earlier ones are acknowledged or not.
    case open(ratePerSecond: Double)

    /// The name in the report: `closed` or `open`.
    public var name: String {
        switch self {
        case .closed: "closed"
        case .open: "open"
        }
    }

    /// The rate that entries are due at, in entries per second; nil where there is none.
    public var ratePerSecond: Double? {
        switch self {
        case .closed: nil
        case .open(let rate): rate
        }
    }
}

/// Which cores broker and logger may run on.
public enum Placement: String, Sendable, Hashable, CaseIterable {
    /// All that the benchmark was given.
    case free
    /// One and the same core.
    case oneCPU = "one-cpu"
}
