import ArgumentParser
import Broker
import HTTPTransport
import Metrics
import ServiceLifecycle
import Synchronization
import Terminal
import TransportIO

/// The command `brokerlab broker`.
struct BrokerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker",
        abstract: "Takes entries over HTTP (POST /handle) and forwards each over the transport of your choice.",
        discussion: """
            The request is {"action": "log", "log": {"name": …, "data": …}}. It is answered when the transport has \
            acknowledged the entry: 202 {"error": false, "message": "logged"}, or 502 with the reason.

            It starts whether or not its logger is there, says once that it is not, and goes on when it is. Until then, and \
            whenever the logger has gone, GET /health answers 503 with the reason, and requests wait: for --patience at most, \
            and not longer than --timeout.

            With --metrics it tells Prometheus how many entries had which fate, how many are in flight, and how long they took; \
            the first line that it prints is then {"metrics":"HOST:PORT"}. The --token-file is asked for there, too.

            EXAMPLES
              brokerlab broker --listen 127.0.0.1:8000 --transport grpc --to 127.0.0.1:50001
              brokerlab broker --listen 127.0.0.1:8000 --transport amqp --to amqp://guest:guest@127.0.0.1:5672
              brokerlab broker --transport grpc --to 127.0.0.1:50001 --metrics 127.0.0.1:9465
              curl -H 'Content-Type: application/json' -d '{"action":"log","log":{"name":"login","data":"user 7"}}' \\
                   http://127.0.0.1:8000/handle
            """)

    @Option(
        help: ArgumentHelp(
            "Where to take requests: HOST:PORT, of which port 0 picks a free one, unix:/PATH or unix:@NAME.",
            valueName: "addr"))
    var listen = "127.0.0.1:8000"

    @OptionGroup var access: TokenServerOptions

    @OptionGroup var destination: DestinationOptions

    @OptionGroup var serverLimits: ServerLimitOptions

    @OptionGroup var metrics: MetricsOptions

    @Flag(help: "End when standard input ends, so that the broker does not outlive the program that started it.")
    var exitWithStdin = false

    func run() async throws {
        FileDescriptors.raiseLimit()
        let token = try access.token()
        try await metrics.serve(token: token, bound: { try StandardOutput.write(["metrics": $0.target]) }) { page in
            try await run(page, token)
        }
    }

    private func run(_ page: MetricsPage?, _ token: BearerToken?) async throws {
        let listenAt = try Endpoint(listeningAt: listen)
        let logger = LoggerPresence()
        let client = try destination.client(maxInFlight: 1024, presence: logger.tell)
        var options = ServerOptions(target: listen, notice: StandardError.write(line:))
        options.token = token
        options.connections = serverLimits.limits
        // The other half is for connections to the logger.
        options.connections.maxConnections =
            options.connections.maxConnections ?? min(16_384, FileDescriptors.limit / 2)
        try await Self.serve(
            on: listenAt, options, over: client, to: logger, page,
            metrics: page.map { _ in ForwardingMetrics(transport: destination.transport) }, exitWithStdin: exitWithStdin
        )
    }

    private static func serve(
        on endpoint: Endpoint, _ options: ServerOptions, over client: some ClientTransport, to logger: LoggerPresence,
        _ page: MetricsPage?, metrics: ForwardingMetrics?, exitWithStdin: Bool
    ) async throws {
        try await withBroker(over: client) { broker in
            let recorder = ForwardingRecorder(broker: broker, metrics: metrics)
            if let page, let metrics {
                page.add(ConnectionMetrics.families)
                page.add { metrics.families(heldBytes: recorder.heldBytes, isLoggerThere: logger.isThere) }
            }
            let configuration = HTTPServerConfiguration(
                entryPath: "/handle", entryBody: .action, rejectedStatus: 502,
                control: { $0.path == "/health" ? logger.health : nil })
            let server = HTTP.server(
                on: endpoint, options: options, configuration: configuration)
            try await ServiceRunner.run(
                ForwardingService(server: server, recorder: recorder), exitWithStdin: exitWithStdin)
        }
    }
}

/// An HTTP server whose entries are forwarded.
private struct ForwardingService: Service {
    let server: any ServerTransport
    let recorder: ForwardingRecorder

    func run() async throws {
        let (addresses, sink) = AsyncStream.makeStream(of: ServerAddress.self)
        try await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup { group in
                group.addTask {
                    for await address in addresses {
                        try StandardOutput.write(["listen": address.target])
                        try StandardOutput.write(["ready": true])
                    }
                }
                group.addTask {
                    defer { sink.finish() }
                    try await server.serve(to: recorder) { sink.yield($0) }
                }
                // The first failure ends the other, as it leaves the group.
                for try await _ in group {}
            }
        }
    }
}

/// Sends on what it is given, and answers when the transport has.
private final class ForwardingRecorder: EntryRecorder {
    /// The most bytes of names and data that are held before a logger that does not answer.
    private static let maxBytes = 256 << 20

    private let broker: ConnectedBroker
    private let bytes = Atomic(0)
    /// Where it is counted what becomes of entries; nil where nobody asks.
    private let metrics: ForwardingMetrics?

    init(broker: ConnectedBroker, metrics: ForwardingMetrics?) {
        self.broker = broker
        self.metrics = metrics
    }

    /// The bytes of names and data that are held.
    var heldBytes: Int { bytes.load(ordering: .relaxed) }

    func record(_ entry: borrowing ReceivedEntry, reply: () -> EntryReply) -> RecordResult {
        let count = entry.name.byteCount + entry.data.byteCount
        guard bytes.add(count, ordering: .relaxed).newValue <= Self.maxBytes else {
            bytes.subtract(count, ordering: .relaxed)
            metrics?.countRefused()
            return .rejected(
                "the broker holds \(Self.maxBytes >> 20) MiB of entries that the logger has not acknowledged, and takes no more"
            )
        }
        let entry = entry.copy()
        let reply = reply()
        let began = metrics?.begin() ?? 0
        Task {
            defer { bytes.subtract(count, ordering: .relaxed) }
            do throws(TransportError) {
                try await broker.send(entry)
                metrics?.end(nil, since: began)
                reply(.recorded)
            } catch {
                metrics?.end(error.fate, since: began)
                reply(.rejected("\(error)"))
            }
        }
        return .later
    }

    func countUndecodable() {
        metrics?.countUndecodable()
    }
}
