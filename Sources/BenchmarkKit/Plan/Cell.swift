/// One point of a suite: a transport under one load.
public struct Cell: Sendable, Hashable {
    /// The transport's selector in the registry: `grpc`, `grpc:stream`.
    public var transport: String
    /// The length of an entry's text, in bytes.
    public var payloadBytes: Int
    /// How many entries may be unacknowledged at once.
    public var inFlight: Int

    /// Creates a cell.
    public init(transport: String, payloadBytes: Int, inFlight: Int) {
        self.transport = transport
        self.payloadBytes = payloadBytes
        self.inFlight = inFlight
    }

    /// The transport's name without its variant, as in the reports' `transport` column.
    public var transportName: String { String(transport.prefix { $0 != ":" }) }
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
