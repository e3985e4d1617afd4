import ArgumentParser
import Broker
import HTTPTransport
import LoggerService
import Terminal
import TransportIO

/// The command `brokerlab logger`.
struct LoggerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logger",
        abstract: "Receives log entries over every transport and records them.",
        discussion: """
            Without a flag it listens on 127.0.0.1: http 8080, netrpc 5001, grpc 50001, tcp 5002. With flags it listens on \
            what they name and nothing else. Port 0 picks a free port, *:PORT or :PORT is every address of the machine. When it is ready it has printed one line of JSON \
            for each address, then {"ready":true}. SIGINT and SIGTERM end it: it answers what it has received, then exits.

            Beside POST /log, its HTTP address answers GET /health, GET /entries?limit=N and GET /runs/{id}. It takes \
            HTTP/1.1 and, from clients that speak it at once, HTTP/2.

            EXAMPLES
              brokerlab logger
              brokerlab logger --http 127.0.0.1:8080 --amqp amqp://guest:guest@127.0.0.1:5672
              brokerlab logger --grpc 127.0.0.1:50001 --tls-certificate logger.pem --tls-key logger.key
              curl -H 'Content-Type: application/json' -d '{"name":"login","data":"user 7"}' http://127.0.0.1:8080/log
              curl --http2-prior-knowledge 'http://127.0.0.1:8080/entries?limit=5'
            """)

    @Option(help: ArgumentHelp("Where to take JSON over HTTP POST, HTTP/1.1 or HTTP/2.", valueName: "addr"))
    var http: String?

    @Option(help: ArgumentHelp("Where to take Go net/rpc calls.", valueName: "addr"))
    var netrpc: String?

    @Option(help: ArgumentHelp("Where to take gRPC calls.", valueName: "addr"))
    var grpc: String?

    @Option(help: ArgumentHelp("Where to take raw frames, the floor of the benchmark.", valueName: "addr"))
    var tcp: String?

    @Option(help: ArgumentHelp("The RabbitMQ to consume from.", valueName: "url"))
    var amqp: String?

    @Option(help: ArgumentHelp("The queue to consume from.", valueName: "name"))
    var amqpQueue: String?

    @Flag(help: "Delete the queue when the logger ends.")
    var amqpTemporary = false

    @OptionGroup var amqpConsumer: AMQPConsumerOptions

    @OptionGroup var grpcConnections: GRPCConnectionOptions

    @OptionGroup var security: TLSServerOptions

    @OptionGroup var access: TokenServerOptions
    @OptionGroup var serverLimits: ServerLimitOptions

    @Option(
        help: ArgumentHelp(
            "Variants of a transport to serve beside its default, separated by commas, where they need a receiver of "
                + "their own\(ownServers.isEmpty ? "" : ": " + ownServers.joined(separator: ", ")). A queue that they consume "
                + "from has the variant behind its name.",
            valueName: "names"))
    var also: String?

    @Option(help: ArgumentHelp("The memory for the latest entries, in MiB.", valueName: "mib"))
    var store = 64

    @Option(
        help: ArgumentHelp(
            "The memory for the accounts of runs (GET /runs/{id}), in MiB. A run that was not announced by PUT /runs/{id} "
                + "gets a sixteenth of it at most, all of those together a half. Entries beyond are recorded all the "
                + "same; the run's account and GET /health say how many were not held against the others (untracked).",
            valueName: "mib"))
    var ledger = 256

    @Option(
        help: ArgumentHelp(
            "The largest entry accepted (name and data), in bytes: up to 134217728.", valueName: "bytes"))
    var maxEntryBytes = EntryLimits().maxEntryBytes

    @Flag(help: "End when standard input ends, so that the logger does not outlive the program that started it.")
    var exitWithStdin = false

    func validate() throws {
        guard (1...65_536).contains(store) else { throw ValidationError("--store takes 1 to 65536 MiB.") }
        guard (16...65_536).contains(ledger) else { throw ValidationError("--ledger takes 16 to 65536 MiB.") }
        let entryBytes = EntryLimits.allowedEntryBytes
        guard entryBytes.contains(maxEntryBytes) else {
            throw ValidationError(
                "--max-entry-bytes takes \(entryBytes.lowerBound) to \(entryBytes.upperBound) bytes (128 MiB).")
        }
    }

    func run() async throws {
        FileDescriptors.raiseLimit()
        let ledger = Ledger(storeBytes: store << 20, runBytes: ledger << 20)
        let receivers = try receivers(ledger: ledger)
        let service = LoggerService(
            ledger: ledger, receivers: receivers,
            bound: { try StandardOutput.write(["transport": $0, "target": $1.target.hidingPasswords]) },
            ready: { try StandardOutput.write(["ready": true]) })
        try await ServiceRunner.run(service, exitWithStdin: exitWithStdin)
    }

    private func receivers(ledger: Ledger) throws -> [LoggerService.Receiver] {
        let asked = ["http": http, "netrpc": netrpc, "grpc": grpc, "tcp": tcp, "amqp": amqp]
        let hasFlag = asked.values.contains { $0 != nil }
        let api = ControlAPI(ledger: ledger)
        let token = try access.token()
        guard token == nil || http != nil || !hasFlag else {
            throw ValidationError("--token-file is for the HTTP address: give --http, too.")
        }
        return try (TransportRegistry.defaults + alsoServed()).compactMap { transport in
            // RabbitMQ is not there on every machine, so that one wants to be asked for.
            let fallback = hasFlag || transport.name == "amqp" ? nil : transport.defaultTarget
            guard let target = asked[transport.name, default: nil] ?? fallback else { return nil }
            var options = ServerOptions(
                target: target, limits: EntryLimits(maxEntryBytes: maxEntryBytes),
                queue: amqpQueue.map { Self.queue($0, of: transport) },
                temporary: amqpTemporary)
            amqpConsumer.apply(to: &options)
            grpcConnections.apply(to: &options)
            options.tls = security.tls
            if transport.name == "http" { options.token = token }
            options.connections = serverLimits.limits
            return LoggerService.Receiver(
                transport: transport.receiver, server: try server(of: transport, options, api))
        }
    }

    private static let ownServers = TransportRegistry.all.filter(\.needsOwnServer).map(\.selector)

    /// The variants that `--also` asks for.
    private func alsoServed() throws -> [TransportDescriptor] {
        try (also ?? "").split(separator: ",").map { selector in
            let transport = try TransportRegistry.transport(named: String(selector))
            guard transport.needsOwnServer else {
                throw ValidationError(
                    "--also: '\(selector)' needs no receiver of its own; '\(transport.name)' serves it.")
            }
            return transport
        }
    }

    /// The queue that a transport is consumed from where `name` was asked for.
    static func queue(_ name: String, of transport: TransportDescriptor) -> String {
        guard transport.needsOwnServer, let variant = transport.variant else { return name }
        return "\(name)-\(variant)"
    }

    private func server(
        of transport: TransportDescriptor, _ options: ServerOptions, _ api: ControlAPI
    ) throws -> any ServerTransport {
        guard transport.receiver == "http" else { return try transport.makeServer(options) }
        return HTTPTransport.server(
            on: try Endpoint(listeningAt: options.target), options: options,
            configuration: HTTPServerConfiguration(limits: options.limits, control: api.respond))
    }
}

extension ControlAPI {
    /// The API as the HTTP server wants it.
    @Sendable
    fileprivate func respond(_ request: HTTPRequest) -> HTTPResponse? {
        answer(method: request.method, path: request.path, query: request.query).map {
            let more = $0.more.map { more in { @Sendable in HTTPBodyPart(more()) } }
            return HTTPResponse(status: $0.status, body: $0.body, more: more, allow: $0.allow, link: $0.link)
        }
    }
}

extension HTTPBodyPart {
    fileprivate init(_ part: ControlAPI.Answer.Part) {
        switch part {
        case .bytes(let bytes): self = .bytes(bytes)
        case .end: self = .end
        case .broken: self = .broken
        }
    }
}
