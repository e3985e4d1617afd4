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

            A suite's file is YAML: 'brokerlab suite --explain' lists its keys, 'brokerlab columns' what the files hold. Exits 1 when a threshold of the suite was missed, \
            or a rate was not carried; 2 when an entry was lost, changed or came twice; 3 when too few rows are valid to say.

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

    @OptionGroup
    var suiteOptions: SuiteOptions

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

    func run() async throws {
        let suite = try Suite.load(suite, transports: TransportRegistry.choice)
            .applying(suiteOptions.overrides, transports: TransportRegistry.choice)
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
        case .complete: break
        case .interrupted:
            progress("interrupted; what was measured is kept")
            throw ExitStatus.interrupted.exitCode
        case .failed(let reason):
            progress("ended early: \(reason)")
            throw ExitStatus.unavailable.exitCode
        }
        switch outcome.assessment {
        case .entriesLost: progress("some entries were not delivered as they should; the report says which and why")
        case .missed, .undecided:
            // The table has them; who asked for JSON sees them here.
            for line in outcome.thresholds where json { progress(line) }
            if outcome.assessment == .undecided {
                progress("too few rows are valid: \(outcome.advice ?? "the report says why")")
            }
        case .passed:
            if let advice = outcome.advice {
                progress("the audit does not trust some rows, which are left out of the ranking; \(advice)")
            }
        }
        let status = ExitStatus(outcome.assessment)
        if status != .success { throw status.exitCode }
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

    private func progress(_ text: String) {
        guard !quiet || !text.hasPrefix("starting") else { return }
        StandardError.write(line: text)
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
