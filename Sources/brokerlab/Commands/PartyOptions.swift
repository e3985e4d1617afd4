import ArgumentParser
import BenchmarkKit
import BenchmarkResults
import Broker

/// Who plays the broker and the logger of a benchmark, where that is not this program.
struct PartyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Send to loggers that run already, and give no account of what arrived: acknowledged figures only, ranked among "
                + "themselves.", valueName: "name=host:port,..."))
    var to: String?

    @Option(
        help: ArgumentHelp(
            "With --to: the loggers there are one, 'brokerlab logger --control' on this host or another, which gives its account, clock, "
                + "CPU time and memory at this address.", valueName: "host:port"))
    var control: String?

    @Option(
        help: ArgumentHelp(
            "With --control: show the token in this file, that of the logger's --control-token-file.", valueName: "file"
        ))
    var controlTokenFile: String?

    @Option(
        help: ArgumentHelp(
            "The program that plays the logger, with its arguments, quoted as for a shell: 'node logger.js'. See 'brokerlab "
                + "check-party'.",
            valueName: "command"))
    var loggerCommand: String?

    @Option(
        help: ArgumentHelp(
            "The program that plays the broker, which generates the load, with its arguments, quoted as for a shell.",
            valueName: "command"))
    var brokerCommand: String?

    @Option(
        help: ArgumentHelp(
            "With --through broker: the program that is between the two in place of 'brokerlab broker', with its arguments, quoted as for "
                + "a shell.",
            valueName: "command"))
    var throughCommand: String?

    func validate() throws {
        _ = try destinations
        guard control == nil || to != nil else {
            throw ValidationError("--control is of a logger that runs already: name its addresses with --to.")
        }
        guard controlTokenFile == nil || control != nil else {
            throw ValidationError("--control-token-file is for the logger of --control: give that, too.")
        }
        guard (control.map { (try? Endpoint(parsing: $0)) != nil }) ?? true else {
            throw ValidationError("--control takes HOST:PORT or unix:/PATH, not '\(control ?? "")'.")
        }
        let lines = [
            ("--logger-command", loggerCommand), ("--broker-command", brokerCommand),
            ("--through-command", throughCommand),
        ]
        for (flag, line) in lines
        where line?.allSatisfy(\.isWhitespace) == true {
            throw ValidationError("\(flag) takes a program and its arguments.")
        }
    }

    private var isAny: Bool { to != nil || loggerCommand != nil || brokerCommand != nil }

    /// Where to send, by the selectors that were given.
    private var destinations: [(selector: String, target: String)] {
        get throws {
            var seen: Set<String> = []
            return try (to?.split(separator: ",", omittingEmptySubsequences: false) ?? []).map { pair in
                guard let sign = pair.firstIndex(of: "="), sign > pair.startIndex else {
                    throw ValidationError("--to takes NAME=HOST:PORT,..., as in grpc=127.0.0.1:50001, not '\(pair)'.")
                }
                let transport = try TransportRegistry.transport(named: String(pair[..<sign]))
                guard transport.companion == nil || control != nil else {
                    throw ValidationError(
                        "\(transport.selector) is sent to its message broker: name that with --\(transport.name).")
                }
                let target = String(pair[pair.index(after: sign)...])
                do {
                    _ = try transport.makeClient(ClientOptions(target: target))
                } catch {
                    throw ValidationError("--to \(pair): \(error)")
                }
                guard seen.insert(transport.selector).inserted else {
                    throw ValidationError("--to names \(transport.selector) twice.")
                }
                return (transport.selector, target)
            }
        }
    }

    /// The values given as flags, with what follows from where to send.
    func completing(_ given: SuiteOverrides) throws -> SuiteOverrides {
        var overrides = given
        guard to != nil else { return overrides }
        if overrides["transports"] == nil { overrides["transports"] = .texts(try destinations.map(\.selector)) }
        // The cores of a logger that runs already are not this program's to choose.
        if overrides["placement"] == nil { overrides["placement"] = .text(Placement.free.rawValue) }
        return overrides
    }

    /// The suite without what only this program's own halves can do.
    /// - Parameters:
    ///   - suite: the suite, with the values given as flags.
    ///   - given: those.
    /// - Throws: `ValidationError` that names what was asked for and cannot be had.
    func fitting(_ suite: Suite, given: SuiteOverrides) throws -> Suite {
        guard throughCommand == nil || suite.usedThrough.contains(.broker) else {
            throw ValidationError("--through-command names who is in the middle: add --through broker, or none,broker.")
        }
        guard isAny else { return suite }
        guard brokerCommand == nil || suite.usedThrough == [.none] else {
            throw ValidationError(
                "--broker-command names a program that need not know how to send to a broker in the middle: leave out --through."
            )
        }
        guard suite.usedPairs == [PartyPair()] else {
            throw ValidationError(
                "--to, --logger-command and --broker-command name who plays: leave them out, or --brokers and --loggers."
            )
        }
        guard suite.usedFaults == [.none] else {
            throw ValidationError(
                "--to, --logger-command and --broker-command name programs that are not this one's to kill, and that need not tell "
                    + "what became of each entry: leave them out, or --faults.")
        }
        let mayRest = loggerCommand == nil && brokerCommand == nil
        guard mayRest || given["slice_ms"] == nil || suite.slices == nil else {
            throw ValidationError(
                "--logger-command and --broker-command name programs that need not rest while it is others' turn: leave out --slice-ms."
            )
        }
        guard brokerCommand == nil || suite.usedOverload.isEmpty else {
            throw ValidationError(
                "--broker-command names a program that need not go by what was carried: leave out --overload.")
        }
        var suite = suite
        // What the lab itself costs, and what its codecs do, says nothing of another program.
        (suite.bareLoop, suite.decomposition) = (nil, nil)
        if !mayRest { suite.sliceMs = nil }
        guard to != nil || loggerCommand != nil else { return suite }
        let flag = to == nil ? "--logger-command" : "--to"
        guard suite.usedStores == [.memory] else {
            throw ValidationError("\(flag) names a logger that stores where it likes: leave out --stores.")
        }
        guard suite.usedLoggerLoops == 1 else {
            throw ValidationError("\(flag) names a logger that has the threads that it has: leave out --logger-loops.")
        }
        guard suite.usedLoggerWork == [0] else {
            throw ValidationError("\(flag) names a logger that works as it does: leave out --logger-work-us.")
        }
        guard suite.usedTLS == [.off] else {
            throw ValidationError("\(flag) names a logger that has none of this run's certificates: leave out --tls.")
        }
        let queued = suite.transports.filter { name in
            TransportRegistry.all.contains { $0.selector == name && $0.companion != nil }
        }
        guard loggerCommand == nil || queued.isEmpty else {
            let names = queued.joined(separator: ", ")
            throw ValidationError(
                "--logger-command cannot play for \(names), whose queues are told to this program's logger alone: name what it "
                    + "speaks with --transport.")
        }
        guard to != nil else { return suite }
        guard suite.usedSockets == [.tcp], suite.usedNetworks == [.loopback], suite.placement == .free else {
            throw ValidationError(
                "--to names loggers that are where they are: leave out --socket, --network and --placement.")
        }
        if let unused = try destinations.first(where: { !suite.transports.contains($0.selector) }) {
            throw ValidationError("--to names \(unused.selector), which --transport does not.")
        }
        let named = Set(try destinations.map(\.selector))
        if control != nil, let own = suite.measuredTransports.first(where: { !named.contains($0) }) {
            throw ValidationError(
                "--control is of one logger for all transports: name \(own) with --to, or leave it out.")
        }
        return suite
    }

    /// Lends the logger of `--control`; nil where there is none.
    /// - Throws: `ValidationError` where the token is not the logger's; ``BenchmarkError`` when it cannot be asked.
    func withRemote<R: Sendable>(_ body: (RemoteLogger?) async throws -> R) async throws -> R {
        guard let control else { return try await body(nil) }
        let token = try controlTokenFile.map { try TokenFile.read($0, of: "--control-token-file") }
        let remote: RemoteLogger
        do {
            remote = try await RemoteLogger(at: control, token: token)
        } catch let refusal as ControlRefusal {
            throw ValidationError("--control: \(refusal). Name the logger's with --control-token-file.")
        }
        defer { remote.close() }
        return try await body(remote)
    }

    /// Where each transport of a suite is sent to.
    var addresses: [String: String] {
        get throws { Dictionary(try destinations.map { ($0.selector, $0.target) }) { _, last in last } }
    }
}
