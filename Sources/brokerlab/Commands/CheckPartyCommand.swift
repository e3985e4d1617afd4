import ArgumentParser
import BenchmarkKit
import BenchmarkResults
import Broker
import Terminal

/// The command `brokerlab check-party`.
struct CheckPartyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-party",
        abstract:
            "Says what another program lacks to play the logger or the broker of 'bench', or to be between the two.",
        discussion: """
            Starts the program, has it do what 'bench' has it do, and says in a line for each case whether it keeps the contract: 'ok', \
            'fails', or 'note' for what the contract leaves open. Exits 1 when one fails. The article Parties has the contract.

            A logger is told where to listen (--listen NAME=127.0.0.1:0, once for each transport) and prints lines of JSON: \
            {"transport":"NAME","target":"127.0.0.1:4711"} for each that it serves, then {"ready":true}. It is sent entries over each; where \
            it answers PUT and GET /runs/{id} at its http address, what it counts is held against what was sent. A broker (load \
            generator) prints {"ready":true} and takes jobs on standard input; a logger of this program's receives what it sends. One in the \
            middle (--through) is told --listen 127.0.0.1:0 --transport NAME --to TARGET, prints {"listen":"HOST:PORT"} and {"ready":true}, and \
            hands on what is posted to its /handle. All end with their standard input, and on SIGTERM.

            EXAMPLES
              brokerlab check-party --logger -- brokerlab logger --exit-with-stdin
              brokerlab check-party --broker --transport http,grpc -- brokerlab generate
              brokerlab check-party --transport http -- node logger.js
              brokerlab check-party --through --transport http,grpc -- brokerlab broker --exit-with-stdin
            """)

    /// What the program plays.
    enum Role: String, EnumerableFlag {
        case logger
        case broker
        case through

        static func help(for value: Role) -> ArgumentHelp? {
            switch value {
            case .logger: "The program plays the logger."
            case .broker: "The program plays the broker: it generates load."
            case .through: "The program is between broker and logger: it hands entries on."
            }
        }
    }

    @Flag var role = Role.logger

    @Option(
        help: ArgumentHelp(
            "What it has to speak: of a logger all that it announces unless told otherwise, of others http.",
            valueName: "names"))
    var transport: String?

    @Option(help: ArgumentHelp("How long it may take to be ready, and to end.", valueName: "seconds"))
    var limit = 10.0

    @Argument(parsing: .postTerminator, help: ArgumentHelp("The program and its arguments.", valueName: "command"))
    var command: [String] = []

    func validate() throws {
        guard !command.isEmpty else { throw ValidationError("Name the program behind two dashes: -- node logger.js") }
        guard (0.1...600).contains(limit) else { throw ValidationError("--limit takes 0.1 to 600 seconds.") }
        _ = try transports
    }

    func run() async throws {
        let executable = try BenchCommand.executable
        let control = try TransportRegistry.control
        let party = PartyCommand(words: command)
        var check =
            switch role {
            case .logger:
                PartyCheck(
                    .logger(sender: .own(executable, ["generate"]), controlTransport: control.receiver),
                    party.listening(at: try OwnAddresses.of(transports, control: control)), over: try transports)
            case .broker:
                PartyCheck(.broker(receiver: try ownLogger(executable, control)), party, over: try transports)
            case .through:
                PartyCheck(
                    .middle(
                        sender: .own(executable, ["generate"]), receiver: try ownLogger(executable, control),
                        forwarding: { MiddleCommand(party.forwarding(over: $0, to: $1), transport: control.selector) }),
                    party, over: try transports)
            }
        check.requiresAll = transport != nil
        check.limit = .milliseconds(Int64(limit * 1000))
        let findings = try await Interruptible.run { [check] in try await check.findings() }
        let width = findings.map(\.subject.count).max() ?? 0
        for finding in findings {
            let subject = finding.subject + String(repeating: " ", count: width - finding.subject.count)
            let verdict = finding.verdict.rawValue + String(repeating: " ", count: 5 - finding.verdict.rawValue.count)
            try StandardOutput.write("\(verdict)  \(subject)  \(finding.text)\n")
        }
        guard findings.contains(where: { $0.verdict == .broken }) else { return }
        throw ExitStatus.missed.exitCode
    }

    /// The transports to check; those between whose halves another program stands are none of a party's.
    private var transports: [TransportDescriptor] {
        get throws {
            let known = TransportRegistry.all.filter { $0.companion == nil }
            guard let transport else {
                let names =
                    role != .logger
                    ? [try TransportRegistry.control.selector] : known.filter { $0.variant == nil }.map(\.selector)
                return known.filter { names.contains($0.selector) }
            }
            return try transport.split(separator: ",").map { name in
                let one = try TransportRegistry.transport(named: String(name))
                guard one.companion == nil else {
                    throw ValidationError("\(name) has a message broker between its halves, which no party stands for.")
                }
                return one
            }
        }
    }

    private func ownLogger(
        _ executable: String, _ control: TransportDescriptor
    ) throws -> BenchmarkKit.LoggerCommand {
        BenchmarkKit.LoggerCommand(
            .own(executable, ["logger", "--exit-with-stdin"])
                .listening(at: try OwnAddresses.of(transports, control: control)), controlTransport: control.receiver)
    }
}

/// Addresses that nobody else is to find.
private enum OwnAddresses {
    /// One for the receiver of each transport, and one for the control API.
    static func of(
        _ transports: [TransportDescriptor], control: TransportDescriptor
    ) -> [(receiver: String, target: String)] {
        let receivers = Set(transports.map(\.receiver) + [control.receiver])
        return TransportRegistry.all.filter { $0.selector == $0.receiver && receivers.contains($0.receiver) }
            .map { ($0.receiver, $0.privateTarget) }
    }
}
