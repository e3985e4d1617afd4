package import BenchmarkResults
package import Broker

/// All that a benchmark is told from outside.
package struct BenchmarkConfiguration: Sendable {
    /// What to measure; see ``Suite/validated(transports:)``.
    package var suite: Suite
    /// The transports, and variants of them, that the suite's selectors stand for.
    package var registry: [TransportDescriptor]
    /// How to start a logger; each round has its own, and the control in it another one.
    package var logger: @Sendable (LoggerSeat) -> LoggerCommand
    /// Where loggers are sent to that run already and that nobody here starts, by the selectors of transports: black boxes, which
    /// give no account of what arrived, but for ``remote``.
    package var addresses: [String: String] = [:]
    /// The logger at these addresses, which gives its account and what it has used over its control API; nil where they are black
    /// boxes.
    package var remote: RemoteLogger?
    /// Whether a logger that is lost costs the cells that were left of its round only, once something was measured: others' programs
    /// may end, this project's own does not.
    package var outlivesLoggers = false
    /// Starts a load generator, within the broker's end of a link where there is one; each round has its own, and the control
    /// in it another one.
    var startGenerator: @Sendable (LinkProcess?) async throws -> GeneratorParty
    /// The load generators of other parties that the suite names.
    package var otherGenerators: [Party: PartyCommand] = [:]
    /// How to start a broker in the middle that hands entries on over a transport to a target; not asked where nobody is there.
    package var middle: MakeMiddle = { _, _ throws(BenchmarkError) in
        throw BenchmarkError("there is no broker in the middle")
    }
    /// Where the results go; made before anything is started.
    package var folder: ResultsFolder
    /// Lends a store of that kind to one logger: a file of its own, or the one PostgreSQL of the run, in which an entry bears
    /// its run; not asked for the logger's memory.
    package var withStore: WithStore = { kind, _ in
        throw BenchmarkError("there is no store of the kind \(kind.rawValue)")
    }
    /// Lends a link to the processes of one round; not asked for loopback.
    package var withLink: WithLink = { network, _ in
        throw BenchmarkError("there is no link for the network \(network.text)")
    }
    /// Lends companions behind a link to the loggers of one round that need some; not asked for loopback, where those of the run are.
    package var withCompanions: WithCompanions = { _, _, body in try await body(LinkedCompanions()) }
    /// What loggers speak TLS with, where the suite has them do so; with a client's where they are to ask for one.
    package var certificate: ServerCertificate?
    /// Processes beside broker and logger whose CPU time belongs to a transport's cost.
    package var companions: [CompanionProcess] = []
    /// What the report says of the machine and the build.
    package var environment: BenchmarkEnvironment
    /// Whether every entry's times are kept, in files of their own.
    package var keepsRawSamples = false
    /// Makes what is timed of each transport by itself when the suite asks for a decomposition; nil times nothing.
    package var makeLayerWork: MakeLayerWork?
    /// The command that runs it, for the report's reader.
    package var command: [String] = []
    /// Changes where a transport's broker half sends to, from where its logger says that it listens.
    package var adjustTarget: @Sendable (TransportDescriptor, LoggerSeat, _ target: inout String) -> Void = { _, _, _ in
    }
    /// How many entries a message broker between the halves of a transport still holds for a logger.
    ///
    /// As long as there are some, what has not arrived is not lost. Nil where there is no message broker.
    package var backlog: @Sendable (TransportDescriptor, LoggerSeat) async throws -> Int? = { _, _ in nil }
    /// What the companions know a logger by, so that what they keep for it can be found.
    package var queueLabel: @Sendable (LoggerSeat) -> String = { $0.label }
    /// Who is told how far the run is.
    package var progress: any ProgressSink = SilentProgress()

    /// How to start a broker in the middle.
    package typealias MakeMiddle =
        @Sendable (TransportDescriptor, _ target: String) throws(BenchmarkError) -> MiddleCommand

    /// Lends a store.
    package typealias WithStore =
        @Sendable (StoreKind, _ body: @escaping @Sendable (LoggerStore) async throws -> Void) async throws -> Void

    /// Lends a link.
    package typealias WithLink =
        @Sendable (Network, _ body: @escaping @Sendable (LinkProcess) async throws -> Void) async throws -> Void

    /// Lends companions that some of the transports need, at a place.
    package typealias WithCompanions =
        @Sendable (
            _ transports: [String], CompanionPlace, _ body: @escaping @Sendable (LinkedCompanions) async throws -> Void
        ) async throws -> Void

    /// Creates a configuration; the other properties can be set afterwards.
    package init(
        suite: Suite, registry: [TransportDescriptor], generator: PartyCommand, folder: ResultsFolder,
        environment: BenchmarkEnvironment? = nil, logger: @escaping @Sendable (LoggerSeat) -> LoggerCommand
    ) {
        self.suite = suite
        self.registry = registry
        self.logger = logger
        startGenerator = { link in
            try await GeneratorParty.start(link?.entering(.broker, generator) ?? generator)
        }
        self.folder = folder
        self.environment = environment ?? .current(checkoutNear: generator.executable)
    }

    /// Starts the load generator of a party.
    func startGenerator(of party: Party, behind link: LinkProcess?) async throws -> GeneratorParty {
        guard party != .swift else { return try await startGenerator(link) }
        guard let command = otherGenerators[party] else {
            throw BenchmarkError("there is no load generator of \(party.rawValue)")
        }
        return try await GeneratorParty.start(link?.entering(.broker, command) ?? command)
    }
}
