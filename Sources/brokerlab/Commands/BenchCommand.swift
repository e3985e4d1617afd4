import AMQPTransport
import ArgumentParser
import BenchmarkKit
import BenchmarkResults
import Broker
import Foundation
import RabbitMQNode
import Terminal

/// The command `brokerlab bench`.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Runs all transports with the same work and puts them side by side.",
        discussion: """
            Starts a logger, and a RabbitMQ of its own if amqp is measured and --amqp names none; both are gone when it \
            ends. Checks with the logger that every entry arrived. Prints a table and writes results.csv (one row for each \
            cell and round), summary.csv, report.html, latency.hlog (HdrHistogram) and benchmark.txt (for benchstat); with \
            'decomposition: true' in the suite also layers.csv and decomposition.csv, what a message's CPU time goes to, and \
            with 'bare_loop: true' overhead.csv, what the lab itself costs.

            A suite's file is YAML; Benchmarks/suites holds commented examples. Exits 1 when an entry was lost, changed or \
            came twice, or a threshold of the suite was missed.

            EXAMPLES
              brokerlab bench --suite quick
              brokerlab bench --transport tcp,grpc,http --payload-bytes 100,10240 --in-flight 1,64 --rounds 5
              brokerlab bench --transport netrpc,grpc --rate 5000,20000 --arrivals poisson --in-flight 256
              brokerlab bench --suite payload-sweep --baseline grpc
              brokerlab bench --placement one-cpu --in-flight 1
            """)

    @Option(
        help: ArgumentHelp(
            "A YAML file, or one of: \(Suite.builtInNames.joined(separator: ", ")).", valueName: "suite"))
    var suite = "default"

    @Option(
        help: ArgumentHelp(
            "The transports to measure, separated by commas: \(TransportRegistry.selectors.joined(separator: ", ")).",
            valueName: "names"))
    var transport: String?

    @Option(help: ArgumentHelp("The sizes of the entries' texts, in bytes, separated by commas.", valueName: "n,n"))
    var payloadBytes: IntegerList?

    @Option(help: ArgumentHelp("How many entries are unacknowledged at once, separated by commas.", valueName: "n,n"))
    var inFlight: IntegerList?

    @Option(help: ArgumentHelp("How many connections share them, separated by commas.", valueName: "n,n"))
    var connections: IntegerList?

    @Option(
        help: ArgumentHelp(
            "Send at these rates, in entries a second, instead of as fast as answers come.", valueName: "n,n"))
    var rate: NumberList?

    @Option(help: ArgumentHelp("How a rate is spread: constant or poisson.", valueName: "how"))
    var arrivals: String?

    @Option(
        help: ArgumentHelp(
            "At a rate, how long before an entry is due the generator stops sleeping and keeps its core busy, for a "
                + "precise start: 250 unless told otherwise, 0 for never.", valueName: "us"))
    var spinUs: Double?

    @Option(help: ArgumentHelp("The transport that the report compares the others with.", valueName: "name"))
    var baseline: String?

    @Option(help: ArgumentHelp("free, or one-cpu: broker and logger share one core.", valueName: "where"))
    var placement: String?

    @Option(help: ArgumentHelp("How often every cell is measured.", valueName: "n"))
    var rounds: Int?

    @Option(help: ArgumentHelp("How long a cell is measured, in seconds.", valueName: "seconds"))
    var duration: Double?

    @Option(help: ArgumentHelp("How long a cell runs before it is measured, in seconds.", valueName: "seconds"))
    var warmup: Double?

    @Option(help: ArgumentHelp("What the order of the cells and the texts are derived from.", valueName: "n"))
    var seed: UInt64?

    @Option(help: ArgumentHelp("A RabbitMQ to use instead of a private one.", valueName: "url"))
    var amqp: String?

    @Option(
        help: ArgumentHelp("The folder for the results: results/TIME-SUITE unless told otherwise.", valueName: "dir"))
    var out: String?

    @Flag(help: "Keep the times of every entry, in DIR/raw.")
    var raw = false

    @Flag(help: "Show no progress.")
    var quiet = false

    @Flag(help: "Print the summary as JSON instead of a table: an array with an object a cell.")
    var json = false

    func validate() throws {
        if let arrivals, Arrivals(rawValue: arrivals) == nil {
            throw ValidationError("--arrivals takes constant or poisson, not '\(arrivals)'.")
        }
        guard let placement, Placement(rawValue: placement) == nil else { return }
        throw ValidationError("--placement takes free or one-cpu, not '\(placement)'.")
    }

    func run() async throws {
        let suite = try Suite.load(suite, transports: TransportRegistry.choice)
            .applying(overrides(), transports: TransportRegistry.choice)
        let transports = try suite.transports.map(TransportRegistry.transport)
        let hasAMQP = transports.contains { $0.name == "amqp" }
        let needsRabbitMQ = hasAMQP && amqp == nil
        // Before anything is made or started.
        let installation = needsRabbitMQ ? try RabbitMQInstallation.find() : nil
        if hasAMQP, let amqp {
            do {
                try await AMQPTransport.check(amqp)
            } catch let error as ServerError {
                throw ServerError("\(error) Or leave out --amqp: bench then starts its own.")
            }
        }
        let folder = try ResultsFolder(path: out, suite: suite.name)
        let outcome = try await Interruptible.run {
            guard hasAMQP else { return try await measure(suite, folder, rabbitMQ: nil) }
            if let amqp {
                return try await measure(suite, folder, rabbitMQ: CompanionRabbitMQ(url: amqp))
            }
            progress("starting a private RabbitMQ \(installation?.version ?? "")")
            return try await withRabbitMQ { node in
                try await measure(suite, folder, rabbitMQ: CompanionRabbitMQ(node))
            }
        }
        try StandardOutput.write(json ? outcome.json : outcome.report)
        switch outcome.ending {
        case .complete where outcome.hasFailed:
            progress("some entries were not delivered as they should; the report says which and why")
            throw ExitCode.failure
        case .complete where !outcome.missedThresholds.isEmpty:
            for miss in outcome.missedThresholds { progress(miss) }
            throw ExitCode.failure
        case .complete:
            if !outcome.isValid { progress("the audit does not trust some rows; they are left out of the ranking") }
        case .interrupted:
            progress("interrupted; what was measured is kept")
            throw Interruptible.exitCode
        case .failed(let reason):
            progress("ended early: \(reason)")
            throw ExitCode.failure
        }
    }

    private func measure(
        _ suite: Suite, _ folder: ResultsFolder, rabbitMQ: CompanionRabbitMQ?
    ) async throws -> BenchmarkOutcome {
        var configuration = BenchmarkConfiguration(
            suite: suite, registry: TransportRegistry.all, logger: try loggerCommand(suite, rabbitMQ), folder: folder)
        if let rabbitMQ {
            configuration.companions = [rabbitMQ.process]
            configuration.adjustClientOptions = { transport, options in
                // The logger's line hides the password.
                if transport.name == "amqp" { options.target = rabbitMQ.url }
            }
            configuration.backlog = { transport in
                guard transport.name == "amqp" else { return nil }
                let queue = LoggerCommand.queue(Self.queue, of: transport)
                return try await AMQPTransport.messageCount(inQueue: queue, at: rabbitMQ.url)
            }
        }
        if !quiet { configuration.progress = StandardErrorProgress() }
        configuration.keepsRawSamples = raw
        configuration.makeLayerWork = TransportLayers.work
        configuration.command = CommandLine.arguments
        return try await Benchmark(configuration: configuration).run()
    }

    /// A logger with a receiver for every transport of the suite, on free ports; its HTTP address serves the ledger.
    private func loggerCommand(_ suite: Suite, _ rabbitMQ: CompanionRabbitMQ?) throws -> BenchmarkKit.LoggerCommand {
        var arguments = ["logger", "--exit-with-stdin", "--http", "127.0.0.1:0"]
        let transports = try suite.transports.map(TransportRegistry.transport)
        // One receiver serves all variants of a transport that do not need their own.
        for name in Set(transports.map(\.name)).subtracting(["http", "amqp"]).sorted() {
            arguments += ["--\(name)", "127.0.0.1:0"]
        }
        let others = transports.filter(\.needsOwnServer).map(\.selector)
        if !others.isEmpty { arguments += ["--also", others.joined(separator: ",")] }
        if let rabbitMQ {
            // A queue of its own: nothing that others left behind is counted, and nothing is left behind for them.
            arguments += ["--amqp", rabbitMQ.url, "--amqp-queue", Self.queue, "--amqp-temporary"]
        }
        let executable = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return BenchmarkKit.LoggerCommand(executable: executable, arguments: arguments)
    }

    /// The queue of this benchmark's logger.
    private static let queue = "broker-lab-bench-\(getpid())"

    private func overrides() -> SuiteOverrides {
        var overrides = SuiteOverrides()
        overrides.transports = transport?.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        overrides.payloadBytes = payloadBytes?.values
        overrides.inFlight = inFlight?.values
        overrides.connections = connections?.values
        overrides.ratesPerSecond = rate?.values
        overrides.arrivals = arrivals.flatMap(Arrivals.init)
        overrides.spinUs = spinUs
        overrides.baseline = baseline
        overrides.placement = placement.flatMap(Placement.init)
        overrides.rounds = rounds
        overrides.duration = duration
        overrides.warmup = warmup
        overrides.seed = seed
        return overrides
    }

    private func progress(_ text: String) {
        guard !quiet || !text.hasPrefix("starting") else { return }
        StandardError.write(line: text)
    }
}

/// Whole numbers, separated by commas.
struct IntegerList: ExpressibleByArgument {
    var values: [Int]

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        let values = parts.compactMap { Int($0) }
        guard values.count == parts.count else { return nil }
        self.values = values
    }
}

/// Numbers, separated by commas.
struct NumberList: ExpressibleByArgument {
    var values: [Double]

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        let values = parts.compactMap { Double($0) }
        guard values.count == parts.count else { return nil }
        self.values = values
    }
}

/// The RabbitMQ of a benchmark.
private struct CompanionRabbitMQ {
    var url: String
    var process: CompanionProcess

    /// One that was started for it.
    init(_ node: RabbitMQNode) {
        url = node.url
        process = CompanionProcess(
            name: "RabbitMQ", pid: node.processID, version: node.version, transports: ["amqp"])
    }

    /// One that runs somewhere.
    init(url: String) {
        self.url = url
        process = CompanionProcess(name: "RabbitMQ", pid: nil, transports: ["amqp"])
    }
}
