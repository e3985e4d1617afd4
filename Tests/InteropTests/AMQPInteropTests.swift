import RabbitMQNode
import RabbitMQScope
import Testing

/// brokerlab and others' AMQP clients, pika and amqp091-go, with RabbitMQ between them.
///
/// One after another, since they share the exchange: each has a queue of its own, and is sent what the others publish.
@Suite(.serialized, .rabbitMQ, .timeLimit(.minutes(3)), .needs(.python("amqp_publisher"), .go("amqp-publisher")))
struct AMQPInteropTests {
    private static let count = 300
    private static let entry = PlainEntry(name: Sample.name, data: Sample.data)

    /// A line of the consuming peer.
    private struct Consumed: Decodable {
        var name: String
        var data: String
        var key: String
        var size: Int
        var messageID: String

        enum CodingKeys: String, CodingKey {
            case name, data, key, size
            case messageID = "message_id"
        }
    }

    /// The first line of the consuming peer.
    private struct QueueLine: Decodable {
        var queue: String
    }

    /// A client that others wrote.
    enum Peer: String, CaseIterable, CustomTestStringConvertible {
        case pika, amqp091

        var publisher: Program { self == .pika ? .python("amqp_publisher") : .go("amqp-publisher") }
        var consumer: Program { self == .pika ? .python("amqp_consumer") : .go("amqp-consumer") }
        var testDescription: String { rawValue }
    }

    @Test(
        "brokerlab logger takes what others publish", arguments: Peer.allCases, ["INFO", "WARNING", "ERROR"])
    func loggerConsumes(_ peer: Peer, _ severity: String) async throws {
        let url = try RabbitMQScope.url
        let queue = "consume-\(peer)-\(severity)"
        try await withLogger([], arguments: ["--amqp", url, "--amqp-queue", queue]) { logger in
            let finished = try await runProgram(
                peer.publisher, Sample.arguments(to: url, count: Self.count) + ["--severity", severity])
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

    /// Bodies of no and one byte, around the frame limit (131072 bytes with the 8 of a frame), and of 16 MiB.
    private static let sizes = [0, 1] + (131_063...131_073) + [2 * 131_064, 16 << 20]

    /// What no entry fits into is counted, dead-lettered and does not come again.
    @Test("brokerlab logger takes bodies of every size that others publish", arguments: Peer.allCases)
    func loggerTakesSizes(_ peer: Peer) async throws {
        struct Health: Decodable {
            var received: Int
            var undecodable: Int
        }
        let url = try RabbitMQScope.url
        let queue = "sizes-\(peer)"
        try await withLogger([], arguments: ["--amqp", url, "--amqp-queue", queue]) { logger in
            let list = Self.sizes.map(String.init).joined(separator: ",")
            let finished = try await runProgram(peer.publisher, ["--to", url, "--sizes", list])
            #expect(finished.exitCode == 0, "\(finished.output.text) \(finished.errors.text)")
            let expected = Self.sizes.filter { $0 > 1 }.map { $0 - #"{"name":"size","data":""}"#.utf8.count }
            let entries = try await logger.entries(atLeast: expected.count)
            #expect(entries.reversed().map(\.data.utf8.count) == expected)
            let health = try await logger.answer("/health").decoded(Health.self)
            #expect(health.undecodable == 2)
        }
        // Nothing is left in the queue, and what was undecodable is in the one for dead letters.
        for (name, count) in [(queue, 0), ("\(queue).dead", 2)] {
            #expect(try await messages(in: name, at: url) == count)
        }
    }

    @Test("others read bodies of every size from brokerlab send", arguments: Peer.allCases)
    func othersTakeSizes(_ peer: Peer) async throws {
        let url = try RabbitMQScope.url
        let framework = #"{"name":"size","data":""}"#.utf8.count
        let texts = [0, 1] + Self.sizes.filter { $0 > 1 }.map { $0 - framework }
        let flags = peer == .pika ? ["--sizes", "yes"] : ["--sizes"]
        try await withProgram(peer.consumer, ["--to", url] + flags) { consumer in
            _ = try await consumer.line(QueueLine.self)
            for text in texts {
                let finished = try await runProgram(
                    .brokerlab,
                    ["send", "--transport", "amqp", "--to", url, "--name", "size", "--payload-bytes", "\(text)"])
                #expect(finished.exitCode == 0, "\(finished.errors.text)")
            }
            let consumed = try await consumer.lines(texts.count, Consumed.self)
            #expect(consumed.map(\.size) == texts.map { $0 + framework })
            #expect(consumed.map(\.data) == texts.map(String.init))
        }
    }

    /// The number of messages in a queue.
    private func messages(in queue: String, at url: String) async throws -> Int {
        struct Count: Decodable {
            var messages: Int
        }
        return try await runProgram(.python("amqp_count"), ["--to", url, "--queue", queue]).decoded(Count.self).messages
    }

    @Test("A publisher whose entries no queue takes is told so")
    func unroutable() async throws {
        try await withRabbitMQ { node in
            let finished = try await send("amqp", to: node.url, count: 3, json: true)
            #expect(finished.exitCode == 1)
            #expect(
                try finished.decoded(SendOutcome.self) == SendOutcome(sent: 3, acked: 0, failed: 3))
            #expect(finished.output.text.contains("NO_ROUTE"))
        }
    }

    @Test(
        "Every variant reaches the logger",
        arguments: [
            "amqp", "amqp:quorum", "amqp:transient", "amqp:unconfirmed", "amqp:4-channels", "amqp:ack-batch",
            "amqp:protobuf", "amqp:gob", "amqp:reply", "amqp:cluster", "amqp:quorum-cluster",
            "amqp:ack-batch-1024", "amqp:prefetch-32", "amqp:prefetch-2048", "amqp:classic-v1",
        ])
    func variants(_ transport: String) async throws {
        let url = try RabbitMQScope.url
        let queue = "variants-\(transport.split(separator: ":").last!)"
        let arguments = [
            "--amqp", url, "--amqp-queue", queue, "--amqp-temporary", "--also",
            "amqp:quorum,amqp:ack-batch,amqp:cluster,amqp:quorum-cluster,amqp:ack-batch-1024,amqp:prefetch-32,"
                + "amqp:prefetch-2048,amqp:classic-v1",
        ]
        try await withLogger([], arguments: arguments) { logger in
            let finished = try await send(transport, to: url, count: Self.count, json: true)
            #expect(finished.exitCode == 0, "\(finished.errors.text)")
            let entries = try await logger.entries(atLeast: Self.count)
            #expect(entries.count == Self.count, "none comes twice, by way of two queues")
            #expect(Set(entries.map(\.plain)) == [Self.entry])
        }
    }

    @Test("brokerlab send reaches a queue that others read", arguments: Peer.allCases)
    func sendReachesQueue(_ peer: Peer) async throws {
        let url = try RabbitMQScope.url
        try await withProgram(peer.consumer, ["--to", url]) { consumer in
            _ = try await consumer.line(QueueLine.self)
            let finished = try await send("amqp", to: url, count: Self.count, json: true)
            #expect(finished.exitCode == 0, "\(finished.errors.text)")
            #expect(
                try finished.decoded(SendOutcome.self)
                    == SendOutcome(sent: Self.count, acked: Self.count, failed: 0))
            let consumed = try await consumer.lines(Self.count, Consumed.self)
            #expect(consumed.count == Self.count)
            #expect(Set(consumed.map(\.messageID)).count == Self.count, "every entry has an id of its own")
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

    /// RabbitMQ ends a consumer whose queue is deleted (basic.cancel).
    @Test("A logger whose queue is deleted says so, declares it anew and goes on")
    func queueDeleted() async throws {
        try await withRabbitMQ { node in
            let arguments = ["--amqp", node.url, "--amqp-queue", "deleted"]
            try await withLogger([], arguments: arguments) { logger in
                try await node.control("delete_queue", "deleted")
                _ = try await logger.program.errors.wait(for: "a warning") {
                    $0.first { $0.contains("basic.cancel") && $0.contains("the queue was deleted") }
                }
                // Until the queue is there again, no queue takes the entry.
                while try await send("amqp", to: node.url).exitCode != 0 {}
                #expect(try await logger.entries(atLeast: 1).map(\.plain) == [Self.entry])
            }
        }
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
