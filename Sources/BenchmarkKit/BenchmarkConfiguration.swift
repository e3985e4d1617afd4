package import BenchmarkResults
package import Broker

/// All that a benchmark is told from outside.
package struct BenchmarkConfiguration: Sendable {
    /// What to measure; see ``Suite/validated(transports:)``.
    package var suite: Suite
    /// The transports, and variants of them, that the suite's selectors stand for.
    package var registry: [TransportDescriptor]
    /// How to start the logger.
    package var logger: LoggerCommand
    /// Where the results go; made before anything is started.
    package var folder: ResultsFolder
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
    /// Changes the options of a transport's broker half before it is made, for example its queue.
    package var adjustClientOptions: @Sendable (TransportDescriptor, _ options: inout ClientOptions) -> Void = { _, _ in
    }
    /// How many entries a message broker between the halves of a transport still holds for the logger.
    ///
    /// As long as there are some, what has not arrived is not lost. Nil where there is no message broker.
    package var backlog: @Sendable (TransportDescriptor) async throws -> Int? = { _ in nil }
    /// Who is told how far the run is.
    package var progress: any ProgressSink = SilentProgress()

    /// Creates a configuration; the other properties can be set afterwards.
    package init(
        suite: Suite, registry: [TransportDescriptor], logger: LoggerCommand, folder: ResultsFolder,
        environment: BenchmarkEnvironment? = nil
    ) {
        self.suite = suite
        self.registry = registry
        self.logger = logger
        self.folder = folder
        self.environment = environment ?? .current(checkoutNear: logger.executable)
    }
}
