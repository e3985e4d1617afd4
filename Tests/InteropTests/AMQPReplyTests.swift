import Foundation
import RabbitMQNode
import RabbitMQScope
import Testing

/// A logger that answers through RabbitMQ: brokerlab's and others', and those who ask them.
///
/// One after another, since they share the exchange.
@Suite(.serialized, .rabbitMQ, .timeLimit(.minutes(3)), .needs(.go("amqp-requester"), .go("amqp-responder")))
struct AMQPReplyTests {
    private static let count = 300

    /// The first line of the answering peer.
    private struct QueueLine: Decodable {
        var queue: String
    }

    private func ask(_ more: [String] = []) async throws -> PeerOutcome {
        let finished = try await runProgram(
            .go("amqp-requester"),
            Sample.arguments(to: try RabbitMQScope.url, count: more.isEmpty ? Self.count : 1) + more)
        #expect(finished.exitCode == 0, "\(finished.output.text) \(finished.errors.text)")
        return try finished.decoded(PeerOutcome.self)
    }

    @Test("brokerlab logger answers who asks with amqp091-go")
    func loggerAnswers() async throws {
        let url = try RabbitMQScope.url
        try await withLogger([], arguments: ["--amqp", url, "--amqp-queue", "asked"]) { logger in
            let outcome = try await ask()
            #expect(outcome.acked == Self.count && outcome.reply == "logged")
            #expect(try await Set(logger.entries(limit: Self.count + 1).map(\.plain)) == Sample.numbered(Self.count))
            let refused = try await ask(["--raw", "no entry"])
            #expect(refused.acked == 0 && refused.reply.contains("no entry"))
            // A reply-to that RabbitMQ does not take does not end the logger, nor go round for ever.
            for odd in [
                "amq.rabbitmq.reply-to.odd", "amq.rabbitmq.reply-to.b2Rk.b2Rk", "nowhere", "amq.rabbitmq.reply-to",
            ] {
                _ = try await ask(["--reply-to", odd])
            }
            #expect(try await ask().acked == Self.count)
            // Some of the odd ones came twice, without a message-id that would tell.
            _ = try await logger.entries(atLeast: 2 * Self.count + 4)
        }
    }

    @Test("brokerlab send asks a logger with amqp091-go")
    func loggerOfOthers() async throws {
        let url = try RabbitMQScope.url
        try await withProgram(.go("amqp-responder"), ["--to", url]) { responder in
            _ = try await responder.line(QueueLine.self)
            let finished = try await send("amqp:reply", to: url, count: Self.count, json: true)
            let all = SendOutcome(sent: Self.count, acked: Self.count, failed: 0)
            #expect(try finished.decoded(SendOutcome.self) == all, "\(finished.errors.text)")
            let entries = try await responder.lines(Self.count, PlainEntry.self)
            #expect(entries == Array(repeating: PlainEntry(name: Sample.name, data: Sample.data), count: Self.count))
            expectOneClearLine(
                try await send("amqp:reply", to: url, name: "refuse"), mentioning: ["this logger refuses the entry"])
        }
    }

    @Test("A logger that is away is said to be, and takes the entry when it is there")
    func loggerIsAway() async throws {
        let url = try RabbitMQScope.url
        let queue = ["--amqp-queue", "away"]
        let finished = try await runProgram(
            .brokerlab,
            ["send", "--transport", "amqp:reply", "--to", url, "--name", "n", "--data", "late", "--timeout", "1"]
                + queue)
        expectOneClearLine(
            finished, mentioning: ["RabbitMQ has the entry", "no logger has answered within 1 s", "outcome unknown"])
        try await withLogger([], arguments: ["--amqp", url, "--amqp-temporary"] + queue) { logger in
            let entries = try await logger.entries(atLeast: 1)
            #expect(entries.map(\.data) == ["late"])
            // One that was given up is in nobody's way.
            let others = try await send("amqp:reply", to: url, count: Self.count)
            #expect(others.exitCode == 0, "\(others.errors.text)")
        }
    }

    @Test("bench says which RabbitMQ it was given, and what an answer of the logger promises")
    func bench() async throws {
        let url = try RabbitMQScope.url
        try await withTemporaryFolder { folder in
            let out = folder.appending(path: "out")
            let finished = try await runProgram(
                .brokerlab,
                [
                    "bench", "--transport", "http,amqp:reply,amqp:unconfirmed", "--amqp", url, "--rounds", "1",
                    "--duration", "0.05", "--warmup", "0", "--in-flight", "8", "--payload-bytes", "100", "--quiet",
                    "--out",
                    out.path,
                ], limit: .seconds(90))
            // A busy machine may leave nothing that the audit trusts.
            #expect(finished.exitCode == 0 || finished.exitCode == 3, "\(finished.errors.text)")
            let rows = try ResultsCSV(contentsOf: out.appending(path: "results.csv")).rows
            for (variant, promise) in [("reply", "recorded"), ("unconfirmed", "none")] {
                let row = try #require(rows.first { $0["variant"] == variant })
                #expect(row["peer_version"]?.split(separator: ".").count == 3, "\(row)")
                #expect(row["ack_class"] == promise, "\(row)")
                #expect(row["sent"] == row["acked"] && row["sent"] == row["delivered"], "\(row)")
            }
            #expect(rows.contains { $0["transport"] == "http" && $0["peer_version"] == "" })
        }
    }

    @Test("Where there is no queue, nothing was sent")
    func noQueue() async throws {
        try await withRabbitMQ { node in
            let finished = try await runProgram(
                .brokerlab,
                ["send", "--transport", "amqp:reply", "--to", node.url, "--name", "n", "--data", "d", "--json"])
            #expect(finished.exitCode == 1)
            #expect(finished.output.text.contains("NO_ROUTE"))
            #expect(finished.output.text.contains(#""not_sent":1"#), "\(finished.output.text)")
        }
    }
}
