import RabbitMQNode
import RabbitMQScope
import Testing

/// brokerlab and pika, with RabbitMQ between them.
///
/// One after another, since they share the exchange: each has a queue of its own, and is sent what the others publish.
@Suite(.serialized, .rabbitMQ, .timeLimit(.minutes(3)), .needs(.python("amqp_publisher")))
struct AMQPInteropTests {
    private static let count = 300
    private static let entry = PlainEntry(name: Sample.name, data: Sample.data)

    /// A line of the consuming peer.
    private struct Consumed: Decodable {
        var name: String
        var data: String
        var key: String
    }

    /// The first line of the consuming peer.
    private struct QueueLine: Decodable {
        var queue: String
    }

    @Test("brokerlab logger takes what pika publishes", arguments: ["INFO", "WARNING", "ERROR"])
    func loggerConsumes(_ severity: String) async throws {
        let url = try RabbitMQScope.url
        try await withLogger([], arguments: ["--amqp", url, "--amqp-queue", "consume-\(severity)"]) { logger in
            let finished = try await runProgram(
                .python("amqp_publisher"), Sample.arguments(to: url, count: Self.count) + ["--severity", severity])
            #expect(finished.exitCode == 0, "\(finished.output.text) \(finished.errors.text)")
            let entries = try await logger.entries(atLeast: Self.count)
            #expect(entries.count == Self.count)
            #expect(Set(entries.map(\.plain)) == Sample.numbered(Self.count))
            #expect(entries.allSatisfy { $0.severity == severity })
        }
    }

    @Test("What is published while no logger runs is there when one runs again")
    func loggerCatchesUp() async throws {
        let url = try RabbitMQScope.url
        let arguments = ["--amqp", url, "--amqp-queue", "catch-up"]
        try await withLogger([], arguments: arguments) { _ in }
        let finished = try await runProgram(
            .python("amqp_publisher"), Sample.arguments(to: url, count: Self.count))
        #expect(finished.exitCode == 0, "\(finished.output.text) \(finished.errors.text)")
        try await withLogger([], arguments: arguments) { logger in
            let entries = try await logger.entries(atLeast: Self.count)
            #expect(Set(entries.map(\.plain)) == Sample.numbered(Self.count))
        }
    }

    @Test("brokerlab send reaches a queue that pika reads")
    func sendReachesQueue() async throws {
        let url = try RabbitMQScope.url
        try await withProgram(.python("amqp_consumer"), ["--to", url]) { consumer in
            _ = try await consumer.line(QueueLine.self)
            let finished = try await send("amqp", to: url, count: Self.count, json: true)
            #expect(finished.exitCode == 0, "\(finished.errors.text)")
            #expect(
                try finished.decoded(SendOutcome.self)
                    == SendOutcome(sent: Self.count, acked: Self.count, failed: 0))
            let consumed = try await consumer.lines(Self.count, Consumed.self)
            #expect(consumed.count == Self.count)
            #expect(consumed.allSatisfy { $0.name == Sample.name && $0.data == Sample.data && $0.key == "log.INFO" })
        }
    }

    @Test("brokerlab broker forwards to a queue that pika reads, and to brokerlab logger")
    func brokerForwards() async throws {
        let url = try RabbitMQScope.url
        try await withLogger([], arguments: ["--amqp", url, "--amqp-queue", "forward"]) { logger in
            try await withProgram(.python("amqp_consumer"), ["--to", url]) { consumer in
                _ = try await consumer.line(QueueLine.self)
                try await withBroker("amqp", to: url) { _, address in
                    let answer = try await post(handleBody(Self.entry), to: "http://\(address)/handle")
                    #expect(answer.status == 202)
                }
                let consumed = try await consumer.line(PlainEntry.self)
                #expect(consumed == Self.entry)
            }
            let logged = try await logger.entries(atLeast: 1)
            #expect(logged.map(\.plain) == [Self.entry])
        }
    }

    @Test("A client of another protocol on RabbitMQ's port", arguments: ["http", "netrpc", "grpc", "tcp"])
    func wrongProtocol(_ transport: String) async throws {
        let target = try #require(RabbitMQScope.url.split(whereSeparator: { $0 == "/" || $0 == "@" }).last)
        let finished = try await send(transport, to: String(target))
        expectOneClearLine(finished, mentioning: [String(target)])
    }

    @Test("A wrong password")
    func wrongPassword() async throws {
        let target = try #require(RabbitMQScope.url.split(whereSeparator: { $0 == "/" || $0 == "@" }).last)
        let finished = try await send("amqp", to: "amqp://guest:wrong@\(target)")
        expectOneClearLine(finished, mentioning: [String(target)])
    }

    @Test("A logger whose RabbitMQ ends says so, serves its other clients, and can be stopped")
    func rabbitMQEnds() async throws {
        let urls = AsyncStream.makeStream(of: String.self)
        let end = AsyncStream.makeStream(of: Never.self)
        async let node: Void = {
            defer { urls.continuation.finish() }
            try await withRabbitMQ { node in
                urls.continuation.yield(node.url)
                for await _ in end.stream {}
            }
        }()
        for await url in urls.stream {
            // withLogger expects exit 0.
            try await withLogger([], arguments: ["--amqp", url]) { logger in
                end.continuation.finish()
                _ = try await logger.program.errors.wait(for: "a warning") { $0.first { $0.contains("RabbitMQ") } }
                let answer = try await post(logBody(Self.entry), to: "http://\(logger.targets["http"]!)/log")
                #expect(answer.status == 202)
            }
        }
        try await node
    }
}
