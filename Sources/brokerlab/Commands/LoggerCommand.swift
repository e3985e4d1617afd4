import ArgumentParser
import BenchmarkResults
import Broker
import LoggerService
import Metrics
import Terminal
import TransportIO

/// The command `brokerlab logger`.
struct LoggerCommand: AsyncParsableCommand {
    private static var defaults: String {
        TransportRegistry.defaults.filter { $0.companion == nil }.map { "\($0.defaultTarget) (\($0.name))" }
            .joined(separator: ", ")
    }

    static let configuration = CommandConfiguration(
        commandName: "logger",
        abstract: "Receives log entries over every transport and records them.",
        discussion: """
            Without an address it listens at \(defaults). With addresses it listens at them and nowhere else. Port 0 picks a free port, *:PORT or :PORT is every address of the machine. \
            unix:/PATH is a Unix domain socket: who may write to its file may connect, which the umask decides (with 022, this user \
            alone); the file of a logger that was killed is replaced, and gone when the logger ends. unix:@NAME needs no file, and \
            everybody in its network namespace may connect. When it is ready it has printed one line of JSON \
            for each address, then {"ready":true}. SIGINT and SIGTERM end it: it answers what it has received, then exits.

            Beside POST /log, its HTTP address answers GET /health, GET /entries?limit=N and GET /runs/{id}. It takes \
            HTTP/1.1 and, from clients that speak it at once, HTTP/2. With --database, GET /entries takes name, severity, \
            since, until and before, too, and an entry that cannot be stored is refused.

            With --metrics it tells Prometheus what every transport has brought, what the store is at, and what the process takes, \
            at an address of its own; the first line that it prints is then {"metrics":"HOST:PORT"}. What --tls-certificate, \
            --tls-client-ca and --token-file ask for is asked for there, too.

            With --control it gives its account, its clock and what it uses to 'bench --control' on another host; the line before those of \
            the addresses is then {"control":"HOST:PORT"}.

            EXAMPLES
              brokerlab logger
              brokerlab logger --http 127.0.0.1:8080 --amqp amqp://guest:guest@127.0.0.1:5672
              brokerlab logger --listen tcp=127.0.0.1:5002 --listen grpc=127.0.0.1:50001
              brokerlab logger --http unix:/run/logger.sock --grpc unix:@logger
              brokerlab logger --database entries.db --keep-for 30d
              brokerlab logger --grpc 127.0.0.1:50001 --tls-certificate logger.pem --tls-key logger.key
              curl -H 'Content-Type: application/json' -d '{"name":"login","data":"user 7"}' http://127.0.0.1:8080/log
              curl --http2-prior-knowledge 'http://127.0.0.1:8080/entries?limit=5'
              curl --unix-socket /run/logger.sock http://localhost/health
              brokerlab logger --metrics 127.0.0.1:9464
              curl http://127.0.0.1:9464/metrics
              brokerlab logger --grpc :50001 --http :8080 --control :9900 --control-token-file token
            """)

    @OptionGroup var listening: ListenOptions

    @OptionGroup var transports: TransportServerFlags

    @OptionGroup var security: TLSServerOptions

    @OptionGroup var access: TokenServerOptions
    @OptionGroup var serverLimits: ServerLimitOptions

    @OptionGroup var database: DatabaseOptions

    @OptionGroup var metrics: MetricsOptions

    @OptionGroup var control: ControlOptions

    @Option(
        help: ArgumentHelp(
            "How many event loops, a thread each, share the connections, which they get in turn; a connection, and so a message "
                + "broker's, stays with its loop. (default: the cores that this process may use, at most \(Self.mostLoops), and no more than leave each room for the "
                + "largest entry in its part of --store)",
            valueName: "n"))
    var loops: Int?

    @Option(
        help: ArgumentHelp(
            "The memory for the latest entries, in MiB; none with --database. Each event loop has the same part of it, "
                + "and an entry that is larger than that is not kept.",
            valueName: "mib"))
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

    @Option(
        help: ArgumentHelp(
            "How long each entry keeps its event loop busy before it is recorded, in microseconds of a core, for a logger that is "
                + "slow on purpose: up to \(LoggerWork.allowedMicroseconds.upperBound).",
            valueName: "us"))
    var workUs = 0

    @Flag(help: "End when standard input ends, so that the logger does not outlive the program that started it.")
    var exitWithStdin = false

    /// The most event loops that nobody asked for.
    private static let mostLoops = 8

    /// What an entry takes of the memory for the latest ones beside its texts, and more.
    private static let bytesBesideTexts = 4096

    /// The event loops that are asked for, or that suit the machine and have room for the largest entry each.
    private var loopCount: Int {
        let room = database.database == nil ? (store << 20) / (maxEntryBytes + Self.bytesBesideTexts) : .max
        return loops ?? max(1, min(GrantedCores.count, Self.mostLoops, room))
    }

    func validate() throws {
        guard loops.map((1...64).contains) ?? true else { throw ValidationError("--loops takes 1 to 64.") }
        guard (1...65_536).contains(store) else { throw ValidationError("--store takes 1 to 65536 MiB.") }
        guard (16...65_536).contains(ledger) else { throw ValidationError("--ledger takes 16 to 65536 MiB.") }
        guard control.clockAhead.nanoseconds == 0 || database.database == nil else {
            throw ValidationError("--clock-offset is of a logger without --database.")
        }
        let workUs = LoggerWork.allowedMicroseconds
        guard workUs.contains(self.workUs) else {
            throw ValidationError("--work-us takes \(workUs.lowerBound) to \(workUs.upperBound).")
        }
        let entryBytes = EntryLimits.allowedEntryBytes
        guard entryBytes.contains(maxEntryBytes) else {
            throw ValidationError(
                "--max-entry-bytes takes \(entryBytes.lowerBound) to \(entryBytes.upperBound) bytes (128 MiB).")
        }
    }

    func run() async throws {
        FileDescriptors.raiseLimit()
        try await metrics.serve(
            tls: security.tls, token: try access.token(), bound: { try StandardOutput.write(["metrics": $0.target]) }
        ) { page in
            try await run(page)
        }
    }

    private func run(_ page: MetricsPage?) async throws {
        let ledger = Ledger(
            storeBytes: database.database == nil ? store << 20 : 0, runBytes: ledger << 20, loops: loopCount,
            clockAhead: control.clockAhead.nanoseconds)
        let storage = try database.storage(behind: ledger)
        page?.add(ConnectionMetrics.families)
        page?.add { LoggerMetrics(ledger: ledger, storage: storage).families }
        let receivers: [ReceivingService.Receiver]
        do {
            receivers = try self.receivers(ledger: ledger, storage: storage)
        } catch {
            storage?.close()
            throw error
        }
        let service = ReceivingService(
            ledger: ledger, storage: storage, receivers: receivers, work: .microseconds(workUs),
            bound: { transport, address in
                var line: [String: any Encodable & Sendable] = [
                    "transport": transport, "target": address.target.hidingPasswords,
                ]
                // Programs that know the lines of a logger without a database find these as they were.
                if storage != nil { line["acknowledges"] = Self.acknowledgement(over: transport).rawValue }
                try StandardOutput.write(line)
            },
            ready: { try StandardOutput.write(["ready": true]) })
        let api = ControlAPI(ledger: ledger, storage: storage, process: ControlOptions.process)
        do {
            try await control.serve(api, bound: { try StandardOutput.write(["control": $0.target]) }) {
                try await ServiceRunner.run(service, exitWithStdin: exitWithStdin)
            }
        } catch {
            // Where it could not even begin.
            storage?.close()
            throw error
        }
    }

    /// What an acknowledgement over a transport promises where there is a database: where the logger gives it, that it is stored.
    private static func acknowledgement(over transport: String) -> AcknowledgementClass {
        let promise = TransportRegistry.all.first { $0.receiver == transport }?.acknowledgement ?? .recorded
        return promise.withDatabase
    }

    private func receivers(ledger: Ledger, storage: EntryStorage?) throws -> [ReceivingService.Receiver] {
        let api = ControlAPI(ledger: ledger, storage: storage)
        let token = try access.token()
        let receivers = try listening.receivers()
        let shows = TransportRegistry.defaults.filter(\.takesToken).map { "--\($0.name)" }.joined(separator: " or ")
        guard token == nil || receivers.contains(where: \.transport.takesToken) else {
            throw ValidationError("--token-file is for the HTTP address: give \(shows), too.")
        }
        return try receivers.map { transport, target in
            var options = ServerOptions(
                target: target, limits: EntryLimits(maxEntryBytes: maxEntryBytes), tls: security.tls,
                notice: StandardError.write(line:))
            options.own = try transports.settings(for: transport)
            if transport.takesToken { options.token = token }
            options.connections = serverLimits.limits
            options.loops = loopCount
            let server =
                if let makeServer = transport.makeControlServer {
                    try makeServer(options, api.respond)
                } else {
                    try transport.makeServer(options)
                }
            return ReceivingService.Receiver(transport: transport.receiver, server: server)
        }
    }
}

extension ControlAPI {
    /// The API as the HTTP server wants it.
    @Sendable
    func respond(_ request: HTTPRequest) -> HTTPResponse? {
        answer(method: request.method, path: request.path, query: request.query).map { HTTPResponse($0) }
    }
}

extension HTTPResponse {
    fileprivate init(_ answer: ControlAPI.Answer) {
        let more = answer.more.map { more in { @Sendable in HTTPBodyPart(more()) } }
        self.init(status: answer.status, body: answer.body, more: more, allow: answer.allow, link: answer.link)
        later = answer.later.map { later in
            { @Sendable done in later { @Sendable in done(HTTPResponse($0)) } }
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
