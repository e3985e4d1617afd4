/// One point of a suite: a transport under one load.
public struct Cell: Sendable, Hashable {
    /// The transport's selector in the registry: `grpc`, `grpc:stream`.
    public var transport: String
    /// The length of an entry's text, in bytes.
    public var payloadBytes: Int
    /// How many entries may be unacknowledged at once, over all connections.
    public var inFlight: Int
    /// How many connections share them.
    public var connections: Int
    /// When entries are sent.
    public var load: LoadModel
    /// Whether it is the second measurement of a transport, made for the machine's own noise.
    public var isControl: Bool

    /// Creates a cell.
    public init(
        transport: String, payloadBytes: Int, inFlight: Int, connections: Int = 1, load: LoadModel = .closed,
        isControl: Bool = false
    ) {
        self.transport = transport
        self.payloadBytes = payloadBytes
        self.inFlight = inFlight
        self.connections = connections
        self.load = load
        self.isControl = isControl
    }

    /// The transport's variant; nil for its default.
    public var variant: String? {
        transport.firstIndex(of: ":").map { String(transport[transport.index(after: $0)...]) }
    }

    /// What it has in common with the cells that it can be compared with.
    public var point: LoadPoint {
        LoadPoint(payloadBytes: payloadBytes, inFlight: inFlight, connections: connections, load: load)
    }

    /// The transport's name without its variant, as in the reports' `transport` column.
    public var transportName: String { String(transport.prefix { $0 != ":" }) }
}

/// A load, whatever the transport: the cells of one point are compared with each other.
public struct LoadPoint: Sendable, Hashable {
    /// The length of an entry's text, in bytes.
    public var payloadBytes: Int
    /// How many entries may be unacknowledged at once, over all connections.
    public var inFlight: Int
    /// How many connections share them.
    public var connections: Int
    /// When entries are sent.
    public var load: LoadModel
}

/// A cell with its place in a run.
public struct PlannedCell: Sendable, Hashable {
    /// What is measured.
    public var cell: Cell
    /// The round, counted from 1: the statistical block, and the repetition of the cell.
    public var block: Int
    /// The place in the round, counted from 1.
    public var orderInBlock: Int
    /// The place in the run, counted from 1.
    public var number: Int
}
