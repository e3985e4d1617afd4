/// One point of a suite: a transport under one load.
package struct Cell: Sendable, Hashable {
    /// The transport's selector in the registry: `grpc`, `grpc:stream`.
    package var transport: String
    /// The length of an entry's text, in bytes.
    package var payloadBytes: Int
    /// How many entries may be unacknowledged at once, over all connections.
    package var inFlight: Int
    /// How many connections share them.
    package var connections: Int
    /// When entries are sent.
    package var load: LoadModel
    /// After how many entries a connection is closed and another one dialed; 0 is for never.
    package var churn: Int
    /// Where the logger keeps them.
    package var store: StoreKind
    /// Over what sockets they come to it.
    package var socket: SocketKind
    /// What they go over.
    package var network: Network
    /// On which side of a link RabbitMQ is.
    package var rabbitMQSide: RabbitMQSide
    /// Whether the two speak TLS.
    package var tls: TLSUse
    /// Who plays broker and logger.
    package var parties: PartyPair
    /// How much work each entry is to the logger before it is recorded.
    package var loggerWork: LoggerWork
    /// What goes wrong meanwhile.
    package var fault: Fault
    /// Who sends again what failed.
    package var retries: Retries
    /// Who is between broker and logger.
    package var through: Through
    /// What it is measured for.
    package var role: CellRole

    /// Creates a cell.
    package init(
        transport: String, payloadBytes: Int, inFlight: Int, connections: Int = 1, load: LoadModel = .closed,
        churn: Int = 0, store: StoreKind = .memory, socket: SocketKind = .tcp, network: Network = .loopback,
        rabbitMQSide: RabbitMQSide = .logger, tls: TLSUse = .off, parties: PartyPair = PartyPair(),
        loggerWork: LoggerWork = .none, fault: Fault = .none, retries: Retries = .own, through: Through = .none,
        role: CellRole = .cell
    ) {
        self.transport = transport
        self.payloadBytes = payloadBytes
        self.inFlight = inFlight
        self.connections = connections
        self.load = load
        self.churn = churn
        self.store = store
        self.socket = socket
        self.network = network
        self.rabbitMQSide = rabbitMQSide
        self.tls = tls
        self.parties = parties
        self.loggerWork = loggerWork
        self.fault = fault
        self.retries = retries
        self.through = through
        self.role = role
    }

    /// The transport's variant; nil for its default.
    package var variant: String? {
        transport.firstIndex(of: ":").map { String(transport[transport.index(after: $0)...]) }
    }

    /// What it has in common with the cells that it can be compared with.
    package var point: LoadPoint {
        LoadPoint(
            payloadBytes: payloadBytes, inFlight: inFlight, connections: connections, load: load, churn: churn,
            store: store, socket: socket, network: network, rabbitMQSide: rabbitMQSide, tls: tls, parties: parties,
            loggerWork: loggerWork, fault: fault, retries: retries, through: through)
    }

    /// What it has around its transport and its load.
    package var setting: Setting { point.setting }

    /// The transport's name without its variant, as in the reports' `transport` column.
    package var transportName: String { String(transport.prefix { $0 != ":" }) }
}

/// What a cell is measured for.
package enum CellRole: String, Sendable, Hashable {
    /// To be compared with the other transports.
    case cell
    /// The second measurement of a transport, for the machine's own noise.
    case control
    /// The transport under a bare loop of sends, without clock, recorder or latency, for what the lab itself costs.
    case bareLoop = "bare_loop"
}

/// A load and a setting, whatever the transport: the cells of one point are compared with each other.
package struct LoadPoint: Sendable, Hashable {
    /// The length of an entry's text, in bytes.
    package var payloadBytes: Int
    /// How many entries may be unacknowledged at once, over all connections.
    package var inFlight: Int
    /// How many connections share them.
    package var connections: Int
    /// When entries are sent.
    package var load: LoadModel
    /// After how many entries a connection is closed and another one dialed; 0 is for never.
    package var churn = 0
    /// Where the logger keeps them.
    package var store = StoreKind.memory
    /// Over what sockets they come to it.
    package var socket = SocketKind.tcp
    /// What they go over.
    package var network = Network.loopback
    /// On which side of a link RabbitMQ is.
    package var rabbitMQSide = RabbitMQSide.logger
    /// Whether the two speak TLS.
    package var tls = TLSUse.off
    /// Who plays broker and logger.
    package var parties = PartyPair()
    /// How much work each entry is to the logger before it is recorded.
    package var loggerWork = LoggerWork.none
    /// What goes wrong meanwhile.
    package var fault = Fault.none
    /// Who sends again what failed.
    package var retries = Retries.own
    /// Who is between broker and logger.
    package var through = Through.none

    /// What it has around the load.
    package var setting: Setting {
        Setting(
            store: store, socket: socket, network: network, rabbitMQSide: rabbitMQSide, tls: tls, parties: parties,
            loggerWork: loggerWork, fault: fault, retries: retries, through: through)
    }
}

/// A cell with its place in a run.
package struct PlannedCell: Sendable, Hashable {
    /// What is measured.
    package var cell: Cell
    /// The round, counted from 1: the statistical block, and the repetition of the cell.
    package var block: Int
    /// The place in the round, counted from 1.
    package var orderInBlock: Int
    /// The place in the run, counted from 1.
    package var number: Int

    /// A cell with that place.
    package init(cell: Cell, block: Int, orderInBlock: Int, number: Int) {
        (self.cell, self.block, self.orderInBlock, self.number) = (cell, block, orderInBlock, number)
    }
}
