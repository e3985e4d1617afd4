import ArgumentParser
import BenchmarkKit
import BenchmarkResults
import Broker
import Foundation
import Metrics
import Terminal

/// The command `brokerlab bench`.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Runs all transports with the same work and puts them side by side.",
        discussion: """
            Starts a logger and a load generator in every round (others' programs with --logger-command and --broker-command; --to \
            names loggers that run already), a RabbitMQ of its own if amqp is measured and --amqp names \
            none, with --stores sqlite or postgres the stores, with --network a link between the two, and with --tls on or mutual certificates; all \
            are gone when it ends. Checks with the logger that every entry arrived. Prints a table and writes results.csv (one row for each \
            cell and round), summary.csv, report.html, latency.hlog (HdrHistogram) and benchmark.txt (for benchstat); with \
            'decomposition: true' in the suite also layers.csv and decomposition.csv, what a message's CPU time goes to, and \
            with 'bare_loop: true' overhead.csv, what the lab itself costs; with --timeline-ms timeline.csv, what came of each cell over time.

            A suite's file is YAML: 'brokerlab suite --explain' lists its keys, 'brokerlab columns' what the files hold. Exits 1 when a threshold of the suite was missed, \
            or a rate was not carried; 2 when an entry was lost, changed or came twice; 3 when too few rows are valid to say.

            With --metrics it tells Prometheus how far it is, and the numbers of each row as soon as that is measured; at the end it \
            stays until they were read (--metrics-linger).

            EXAMPLES
              brokerlab bench --suite quick
              brokerlab bench --transport tcp,grpc,http --payload-bytes 100,10240 --in-flight 1,64 --rounds 5
              brokerlab bench --transport netrpc,grpc --rate 5000,20000 --arrivals poisson --placement free --in-flight 256
              brokerlab bench --suite payload-sweep --baseline grpc
              brokerlab bench --placement free --in-flight 1
              brokerlab bench --transport http,grpc --stores memory,sqlite,postgres
              brokerlab bench --suite quick --socket tcp,unix --in-flight 1 --placement one-cpu
              brokerlab bench --transport http,http:http2,grpc --network loopback,wan,rtt_ms=30+loss_pct=1 --duration 3
              brokerlab bench --transport tcp,grpc,http,amqp --tls off,on,mutual
              brokerlab bench --transport http,grpc --cold-dials 200 --network loopback,rtt_ms=30 --tls off,on
              brokerlab bench --transport http,netrpc,grpc --brokers swift,go --loggers swift,go --pairs all
              brokerlab bench --transport http,grpc --rate 1000 --duration 6 --rounds 3 --faults logger-stop,connection-cut
              brokerlab bench --transport netrpc,grpc,http --in-flight 64 --logger-work-us 0,100,1000
              brokerlab bench --transport tcp,grpc,http,amqp --overload 0.5,1,2,3 --duration 10 --warmup 1 --placement free --rounds 3
              brokerlab bench --transport http,netrpc,grpc --in-flight 1,64 --through none,broker
              brokerlab bench --suite ci --junit transports.xml
              brokerlab bench --suite quick --metrics 127.0.0.1:9466
              brokerlab bench --to grpc=127.0.0.1:50001,http=127.0.0.1:8080 --in-flight 1,64
              brokerlab bench --to grpc=logger:50001,http=logger:8080 --control logger:9900 --control-token-file token
              brokerlab bench --transport http --logger-command 'node logger.js'
            """)

    @Option(
        help: ArgumentHelp(
            "A YAML file, or one of: \(Suite.builtInNames.joined(separator: ", ")).", valueName: "suite"))
    var suite = "default"

    @OptionGroup
    var suiteOptions: SuiteOptions

    @OptionGroup
    var parties: PartyOptions

    @OptionGroup
    var companions: CompanionOptions

    @Option(
        help: ArgumentHelp("The folder for the results: results/TIME-SUITE unless told otherwise.", valueName: "dir"))
    var out: String?

    @Option(
        help: ArgumentHelp(
            "Where the stores of --stores are made for the time of the benchmark: commits cost what that disk takes.",
            valueName: "dir"))
    var storeFolder = BenchStores.usualFolder

    @Flag(help: "Keep the times of every entry, in DIR/raw.")
    var raw = false

    @Flag(help: "Show no progress.")
    var quiet = false

    @Flag(help: "Print the summary as JSON instead of a table: an array with an object a cell.")
    var json = false

    @OptionGroup
    var files: OutcomeFiles

    @OptionGroup
    var metrics: MetricsOptions

    @Option(
        help: ArgumentHelp(
            "With --metrics: how long to stay at the end, at most, until the last numbers have been read once. At least the "
                + "scrape_interval of who reads them.", valueName: "seconds"))
    var metricsLinger = 15

    func validate() throws {
        guard (0...3600).contains(metricsLinger) else {
            throw ValidationError("--metrics-linger takes 0 to 3600 seconds.")
        }
    }

    func run() async throws {
        try files.check()
        try await metrics.serve(bound: {
            StandardError.write(line: "metrics can be read at \($0.target): GET \(Scrapes.path)")
        }) { page in
            try await parties.withRemote { try await run(page, $0) }
        }
    }

    private func run(_ page: MetricsPage?, _ remote: RemoteLogger?) async throws {
        let overrides = try parties.completing(suiteOptions.overrides)
        let ofFile = try Suite.load(suite, transports: TransportRegistry.choice)
        let asked = try ofFile.applying(overrides, transports: TransportRegistry.choice)
        let (stored, missing) = try BenchStores.available(parties.fitting(asked, given: overrides))
        let (secured, insecure) = try BenchCertificates.available(stored, given: companions.given)
        let (played, absent) = try await BenchParties.available(secured)
        let (suite, networks) = try await BenchNetworks.available(played, given: companions.given)
        let leftOut = [missing, insecure].compactMap(\.self) + absent + networks.missing
        if let rule = suite.thresholds.rules?.first(where: { !suite.cells.contains(where: $0.place.matches) }) {
            throw BenchmarkError(
                "the threshold for \(rule.place.text) has nothing to hold: \(leftOut.joined(separator: "; "))")
        }
        if let fault = suite.usedFaults.first(where: \.isOfRabbitMQ), let given = companions.given.keys.min() {
            throw ValidationError(
                "what --\(given) names is not this program's to do '\(fault.rawValue)' to: leave it out, so that bench starts its own."
            )
        }
        let addressed = try parties.addresses
        let transports = try suite.measuredTransports.filter { addressed[$0] == nil }.map(TransportRegistry.transport)
        try await Companions.check(transports, companions)
        try ConnectionRoom(for: suite, given: companions.given).make()
        let folder = try ResultsFolder(path: out, suite: suite.name)
        let otherwise = [
            Self.tcpOnly(in: suite), Self.faultless(in: suite), Self.inOnePiece(suite, of: ofFile, given: overrides),
        ]
        for line in leftOut + otherwise.compactMap(\.self) { progress(line) }
        let metrics = page.map { page in
            let metrics = BenchmarkMetrics()
            page.add { metrics.families }
            return metrics
        }
        let outcome = try await Interruptible.run {
            let outcome = try await BenchStores.run(suite.usedStores, in: storeFolder, progress: progress) { stores in
                try await BenchCertificates.run(for: suite) { certificate in
                    try await Companions.run(
                        for: BenchNetworks.onLoopback(suite, transports), companions, certificate: certificate,
                        progress: progress
                    ) {
                        try await measure(suite, folder, $0, stores, networks, certificate, metrics, remote)
                    }
                }
            }
            if let page { await linger(page) }
            return outcome
        }
        try StandardOutput.write(json ? outcome.json : outcome.report)
        try files.write(outcome.junit, markdown: outcome.markdown)
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
        _ suite: Suite, _ folder: ResultsFolder, _ companions: Companions, _ stores: BenchStores,
        _ networks: BenchNetworks, _ certificate: ServerCertificate?, _ metrics: BenchmarkMetrics?,
        _ remote: RemoteLogger?
    ) async throws -> BenchmarkOutcome {
        let control = try TransportRegistry.control
        let executable = try Self.executable
        let others = try Dictionary(
            uniqueKeysWithValues: suite.usedLoggers.filter { $0 != .swift }.map {
                ($0, try BenchParties.command(of: $0, playing: .logger))
            })
        var configuration = BenchmarkConfiguration(
            suite: suite, registry: TransportRegistry.all,
            generator: parties.brokerCommand.map(PartyCommand.init(shell:)) ?? .own(executable, ["generate"]),
            folder: folder
        ) { seat in
            loggerCommand(
                seat, control, executable, companions.at(seat), others[seat.party], loops: suite.usedLoggerLoops)
        }
        (configuration.addresses, configuration.remote) = (try parties.addresses, remote)
        configuration.middle = { transport, target throws(BenchmarkError) in
            let base =
                parties.throughCommand.map(PartyCommand.init(shell:))
                ?? .own(executable, ["broker", "--exit-with-stdin"] + Self.manyConnections)
            return MiddleCommand(base.forwarding(over: transport, to: target), transport: control.selector)
        }
        for party in suite.usedBrokers where party != .swift {
            configuration.otherGenerators[party] = try BenchParties.command(of: party, playing: .broker)
        }
        configuration.outlivesLoggers = parties.loggerCommand != nil
        configuration.certificate = certificate
        configuration.companions = companions.processes
        configuration.withStore = { kind, body in try await stores.lend(kind, to: body) }
        configuration.withLink = { network, body in try await networks.lend(network, to: body) }
        configuration.withCompanions = { selectors, place, body in
            try await Companions.run(
                for: selectors.map(TransportRegistry.transport), CompanionOptions(), certificate: certificate,
                at: place, progress: { _ in }
            ) {
                try await body($0.linked)
            }
        }
        configuration.environment.storeFileSystem = stores.fileSystem
        configuration.adjustTarget = { transport, seat, target in
            // The logger's line hides the password.
            if let one = companions.at(seat).running(for: transport) { target = one.target(for: seat) }
        }
        configuration.backlog = { transport, seat in
            guard let companion = transport.companion, let one = companions.at(seat).running(for: transport) else {
                return nil
            }
            return try await companion.backlog(
                of: transport, label: Self.label(seat), at: one.labTarget ?? one.target)
        }
        configuration.queueLabel = Self.label
        var sinks: [any ProgressSink] = quiet ? [] : [StandardErrorProgress()]
        if let metrics { sinks.append(metrics) }
        configuration.progress = JoinedProgress(sinks)
        configuration.keepsRawSamples = raw
        configuration.makeLayerWork = TransportLayers.work
        configuration.command = CommandLine.arguments
        return try await Benchmark(configuration: configuration).run()
    }

    /// Stays until the last numbers were read: who reads them comes at intervals, and finds nobody when this has ended.
    private func linger(_ page: MetricsPage) async {
        guard metricsLinger > 0, !Task.isCancelled else { return }
        progress("waiting until the metrics are read once more, for \(metricsLinger) s at most (--metrics-linger)")
        guard await !page.untilRead(within: .seconds(metricsLinger)), !Task.isCancelled else { return }
        progress("nobody has read the last metrics within \(metricsLinger) s; results.csv has them")
    }

    /// A logger with a receiver for every transport that is sent to it, at addresses of its own; the one with the control API
    /// serves the ledger.
    private func loggerCommand(
        _ seat: LoggerSeat, _ control: TransportDescriptor, _ executable: String, _ companions: Companions,
        _ other: PartyCommand?, loops: Int
    ) -> BenchmarkKit.LoggerCommand {
        let transports = TransportRegistry.all.filter { seat.transports.contains($0.selector) }
        let receivers = Set(transports.map(\.receiver))
        let names = Set(transports.map(\.name))
        var addresses: [(receiver: String, target: String)] = []
        // One receiver serves all variants of a transport that do not need their own.
        for transport in TransportRegistry.all where transport.receiver == transport.selector {
            guard transport.selector == control.name || receivers.contains(transport.receiver) else { continue }
            let target = companions.running(for: transport)?.target(for: seat) ?? privateTarget(transport, seat)
            addresses.append((transport.receiver, target))
        }
        if let line = parties.loggerCommand {
            return BenchmarkKit.LoggerCommand(
                PartyCommand(shell: line).listening(at: addresses), controlTransport: control.receiver)
        }
        var arguments: [String] = []
        // Who does not speak a transport is told nothing of it.
        for transport in TransportRegistry.defaults
        where names.contains(transport.name) && companions.isRunningForAny(named: transport.name) {
            let label = Self.label(seat)
            let isolation =
                seat.mayBeAway
                ? transport.companion?.isolationOutliving(label) : transport.companion?.isolation(label)
            for (option, value) in isolation?.sorted(by: <) ?? [] {
                let isFlag = transport.options.contains {
                    $0.name == option && $0.half == .logger && $0.valueName == nil
                }
                arguments += ["--\(transport.flag(for: option))"] + (isFlag ? [] : [value])
            }
        }
        if var other {
            other.arguments += arguments
            return BenchmarkKit.LoggerCommand(other.listening(at: addresses), controlTransport: control.receiver)
        }
        if let certificate = seat.certificate {
            arguments += ["--tls-certificate", certificate.certificateFile, "--tls-key", certificate.keyFile]
            if certificate.client != nil { arguments += ["--tls-client-ca", certificate.authorityFile] }
        }
        if seat.work != .none { arguments += ["--work-us", "\(seat.work.microseconds)"] }
        arguments += Self.manyConnections
        let own = PartyCommand.own(executable, ["logger", "--exit-with-stdin", "--loops", "\(loops)"] + arguments)
        return BenchmarkKit.LoggerCommand(own.listening(at: addresses), controlTransport: control.receiver)
    }

    /// Room for the connections of two cells: those of the one before may still be closing.
    private static let manyConnections = ["--max-connections", "--max-connections-per-address"].flatMap { flag in
        [flag, "\(2 * SuiteRules.mostConnections)"]
    }

    /// Where a logger listens that nobody else is to find: a name that needs no file leaves none behind, whatever ends it.
    private func privateTarget(_ transport: TransportDescriptor, _ seat: LoggerSeat) -> String {
        switch seat.socket {
        case .tcp: transport.privateTarget.replacing("127.0.0.1", with: seat.host)
        case .unix: "\(UnixSocketName.abstract("\(Self.label(seat))-\(transport.selector)"))"
        }
    }

    /// What is to be said of transports that have no cell over Unix sockets, where others have; nil of none.
    private static func tcpOnly(in suite: Suite) -> String? {
        guard suite.usedSockets.contains(.unix) else { return nil }
        let others = suite.transports(over: .unix)
        let names = suite.transports.filter { !others.contains($0) }
        return names.isEmpty
            ? nil : "over Unix sockets there is no \(names.joined(separator: ", ")): message brokers listen on TCP only"
    }

    /// What is to be said where flags have left out the slices that the suite's file has; nil where they have not, or said so.
    private static func inOnePiece(_ suite: Suite, of file: Suite, given: SuiteOverrides) -> String? {
        guard let width = file.sliceMs, width > 0, suite.slices == nil, given["slice_ms"] == nil else { return nil }
        return "what the flags ask for is measured one cell after the other, not by turns of "
            + "\(DecimalText.short(width)) ms as the suite \(file.name) is: expect more noise"
    }

    /// What is to be said of faults that some of the settings have not, where others have; nil of none.
    private static func faultless(in suite: Suite) -> String? {
        var parts: [String] = []
        if suite.usedFaults.contains(.loggerKill), suite.usedStores.contains(.memory) {
            parts.append(
                "with entries in memory, which a logger takes along when it is killed, there is no logger-kill")
        }
        if suite.usedFaults.contains(.diskFull), suite.usedStores != [.sqlite] {
            parts.append(
                "where the logger writes no file, with entries in memory or in PostgreSQL, there is no disk-full")
        }
        if suite.usedFaults.contains(.connectionCut), suite.usedSockets.contains(.unix) {
            parts.append("over Unix sockets, which know no reset, there is no connection-cut")
        }
        if suite.usedFaults.contains(.blackhole), suite.usedNetworks.contains(.loopback) {
            parts.append("over loopback, where no link is that could lose packets, there is no blackhole")
        }
        for fault in suite.usedFaults where fault.isOfRabbitMQ {
            let broken = suite.transports(with: fault)
            guard broken.count < suite.transports.count else { continue }
            parts.append(
                "\(fault.rawValue) is of \(broken.joined(separator: ", ")) alone: what others acknowledge is not in such a RabbitMQ, or does "
                    + "not outlive it")
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    /// The path of this program.
    static var executable: String {
        get throws { try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") }
    }

    /// What tells a logger of this benchmark from others that share a companion.
    private static func label(_ seat: LoggerSeat) -> String { "broker-lab-bench-\(getpid())-\(seat.label)" }

    private func progress(_ text: String) {
        guard !quiet || !text.hasPrefix("starting") else { return }
        StandardError.write(line: text)
    }
}

extension RunningCompanion {
    /// Where both halves find it, in cleartext or as the logger of a seat over TLS.
    fileprivate func target(for seat: LoggerSeat) -> String {
        guard let certificate = seat.certificate else { return target }
        return (certificate.client == nil ? secureTarget : mutualTarget) ?? target
    }
}
