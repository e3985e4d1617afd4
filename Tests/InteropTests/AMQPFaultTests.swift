import Foundation
import RabbitMQNode
import RabbitMQScope
import Testing

/// What becomes of 50,000 persistent entries, 256 of them in flight, when something breaks in their midst.
///
/// Every entry is acknowledged in the end, and arrives. An entry may arrive twice where the acknowledgement was lost and not
/// the entry; the logger knows it by its message-id, counts it and does not record it again.
@Suite(.serialized, .timeLimit(.minutes(5)), .needs(.python("amqp_relay")))
struct AMQPFaultTests {
    private static let count = 50_000
    private static let inFlight = 256

    /// The ledger of a run.
    private struct Ledger: Decodable {
        var received: Int
        var unique: Int
        var duplicated: Int
    }

    /// What `GET /health` says of `amqp`.
    private struct Health: Decodable {
        struct Source: Decodable {
            var received: Int
            var repeated: Int
            var undecodable: Int
        }
        var transports: [String: Source]
    }

    /// The relay has cut a connection.
    private struct CutLine: Decodable {
        var cut: String
    }

    private func arguments(_ transport: String = "amqp", to url: String, run: String) -> [String] {
        [
            "send", "--transport", transport, "--to", url, "--name", "load", "--payload-bytes", "100", "--run", run,
            "--count", "\(Self.count)", "--in-flight", "\(Self.inFlight)", "--json",
        ]
    }

    /// Waits until the logger has `count` different entries of a run.
    private func wait(_ logger: RunningLogger, _ run: String, for count: Int) async throws -> Ledger {
        let deadline = ContinuousClock.now + .seconds(100)
        while ContinuousClock.now < deadline {
            let answer = try await logger.answer("/runs/\(run)")
            if answer.exitCode == 0, case let ledger = try answer.decoded(Ledger.self), ledger.unique >= count {
                return ledger
            }
            // The API has no way to wait for an entry.
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("the logger did not get \(count) entries: \(try await logger.answer("/runs/\(run)").output.text)")
        throw CancellationError()
    }

    /// Sends all entries through `senderURL` to a logger that consumes from `loggerURL`, has `fault` happen, and accounts for
    /// every entry.
    private func run(
        _ name: String, over transport: String = "amqp", sender senderURL: String, logger loggerURL: String,
        fault: (RunningProgram, RunningLogger) async throws -> Void
    ) async throws {
        let amqp = ["--amqp", loggerURL, "--amqp-queue", name]
        try await withLogger([], arguments: amqp, limit: .seconds(150)) { logger in
            let finished = try await withProgram(
                .brokerlab, arguments(transport, to: senderURL, run: name), limit: .seconds(120), isStopped: false
            ) { sender in
                try await fault(sender, logger)
            }
            #expect(finished.exitCode == 0, "\(finished.output.text) \(finished.errors.text)")
            let expected = SendOutcome(sent: Self.count, acked: Self.count, failed: 0)
            #expect(try finished.decoded(SendOutcome.self) == expected)
            let ledger = try await wait(logger, name, for: Self.count)
            let health = try await logger.answer("/health").decoded(Health.self)
            let amqp = try #require(health.transports["amqp"])
            #expect(ledger.unique == Self.count, "every confirmed entry arrives")
            #expect(amqp.received == Self.count, "and is recorded once")
            #expect(amqp.repeated == ledger.duplicated, "every duplicate was known by its message-id")
            // A duplicate is one of those that were on their way to or from RabbitMQ: unconfirmed, or not acknowledged.
            #expect(ledger.duplicated <= 4 * Self.inFlight)
            #expect(amqp.undecodable == 0)
            print("\(name): \(ledger.duplicated) duplicates; \(finished.errors.lines.joined(separator: " | "))")
        }
    }

    @Test("RabbitMQ is killed and started again", arguments: ["amqp", "amqp:reply"])
    func rabbitMQKilled(_ transport: String) async throws {
        let name = "killed-\(transport.suffix(5))"
        try await withRabbitMQ { node in
            try await run(name, over: transport, sender: node.url, logger: node.url) { _, logger in
                _ = try await wait(logger, name, for: Self.count / 5)
                try await node.kill()
                let before = try await logger.answer("/runs/\(name)").decoded(Ledger.self)
                #expect(before.unique < Self.count, "it was killed in the midst")
                try await node.startAgain()
                let back = ContinuousClock.now
                _ = try await wait(logger, name, for: before.unique + 2 * Self.inFlight)
                let pause = ContinuousClock.now - back
                #expect(pause < .seconds(5), "the run goes on by itself")
                print("killed: went on \(pause) after RabbitMQ's return")
            }
        }
    }

    @Test(
        "A connection is cut",
        arguments: [("broker", "sent"), ("broker", "received"), ("logger", "sent"), ("logger", "received")], [0, 11])
    func connectionCut(_ place: (half: String, direction: String), _ inside: Int) async throws {
        let name = "\(place.half)-\(place.direction)-\(inside)"
        try await Self.shared { url in
            let address = String(url.drop { $0 != "@" }.dropFirst())
            // Acknowledgements and confirms are fewer than entries: one covers up to 256.
            let hasEntries = (place.half == "broker") == (place.direction == "sent")
            let frames = hasEntries ? 30_000 : 60
            let flags = [
                "--to", address, "--direction", place.direction, "--frames", "\(frames)", "--inside", "\(inside)",
            ]
            try await withProgram(.python("amqp_relay"), flags + ["--for", "170"], limit: .seconds(170)) { relay in
                let relayed = "amqp://guest:guest@" + (try await relay.line(ListenLine.self).listen)
                let isBroker = place.half == "broker"
                try await run(name, sender: isBroker ? relayed : url, logger: isBroker ? url : relayed) { _, _ in
                    _ = try await relay.line(CutLine.self)
                }
            }
        }
    }

    private static func shared(_ body: (String) async throws -> Void) async throws {
        try await withRabbitMQ { try await body($0.url) }
    }

    @Test("A memory alarm is raised and cleared")
    func memoryAlarm() async throws {
        try await withRabbitMQ { node in
            try await run("alarm", sender: node.url, logger: node.url) { sender, logger in
                _ = try await wait(logger, "alarm", for: 1)
                // rabbitmqctl takes its time, in which all would have been sent.
                kill(sender.processID, SIGSTOP)
                defer { kill(sender.processID, SIGCONT) }
                try await node.control("set_vm_memory_high_watermark", "0.000001")
                kill(sender.processID, SIGCONT)
                _ = try await sender.errors.wait(for: "a notice") {
                    $0.first { $0.contains("takes nothing at present") && $0.contains("sends wait") }
                }
                // Longer than an answer may take: what waits for an alarm to end does not fail.
                try await Task.sleep(for: .seconds(12))
                try await node.control("set_vm_memory_high_watermark", "0.4")
                _ = try await sender.errors.wait(for: "a notice") { $0.first { $0.contains("takes entries again") } }
            }
        }
    }

    @Test("Who sends without confirms is told when RabbitMQ does not answer the goodbye, and may not have read all")
    func goodbyeWithoutAnswer() async throws {
        try await withRabbitMQ { node in
            func send() async throws -> FinishedProgram {
                try await runProgram(
                    .brokerlab,
                    [
                        "send", "--transport", "amqp:unconfirmed", "--to", node.url, "--amqp-queue", "goodbye",
                        "--name", "n", "--data", "d", "--timeout", "1",
                    ])
            }
            try await node.control("set_vm_memory_high_watermark", "0.000001")
            let untold = try await send()
            #expect(untold.exitCode == 0 && untold.errors.text.contains("has not answered the goodbye"))
            try await node.control("set_vm_memory_high_watermark", "0.4")
            let told = try await send()
            #expect(told.exitCode == 0 && told.errors.text.isEmpty, "\(told.errors.text)")
        }
    }

    /// What the first logger has acknowledged, as a relay saw it, it had recorded; all else goes to the second.
    @Test("The logger is killed and started again")
    func loggerKilled() async throws {
        struct AcknowledgedLine: Decodable {
            var acknowledged: Int
        }
        let (name, limit) = ("logger-killed", Duration.seconds(150))
        try await withRabbitMQ { node in
            let relayFlags = ["--to", "127.0.0.1:\(node.port)", "--for", "150"]
            try await withProgram(.python("amqp_relay"), relayFlags, limit: limit) { relay in
                let relayed = "amqp://" + (try await relay.line(ListenLine.self).listen)
                let sendArguments = arguments(to: node.url, run: name) + ["--amqp-queue", name]
                let finished = try await withProgram(.brokerlab, sendArguments, limit: limit, isStopped: false) { _ in
                    try await withLogger(
                        [], arguments: ["--amqp", relayed, "--amqp-queue", name], limit: limit, isKilled: true
                    ) { _ = try await wait($0, name, for: Self.count / 5) }
                    let acknowledged = try await relay.line(AcknowledgedLine.self).acknowledged
                    #expect(acknowledged < Self.count, "it was killed in the midst")
                    try await withLogger([], arguments: ["--amqp", node.url, "--amqp-queue", name], limit: limit) {
                        let second = try await wait($0, name, for: Self.count - acknowledged)
                        #expect(second.unique == Self.count - acknowledged, "all that the first did not acknowledge")
                        #expect(second.duplicated == 0)
                        print("logger killed after \(acknowledged) acknowledgements; the second has \(second)")
                    }
                }
                let expected = SendOutcome(sent: Self.count, acked: Self.count, failed: 0)
                #expect(try finished.decoded(SendOutcome.self) == expected)
            }
        }
    }

    /// Either side takes the other for dead after two intervals without a sign of life.
    @Test("Heartbeats keep an idle connection, and tell of a RabbitMQ that hangs")
    func heartbeats() async throws {
        try await withRabbitMQ { node in
            let url = node.url + "?heartbeat=1"
            try await withLogger([], arguments: ["--amqp", url, "--amqp-queue", "heartbeats"]) { logger in
                func arrives(_ count: Int) async throws {
                    let load = ["send", "--transport", "amqp", "--to", node.url, "--name", "n", "--data", "d"]
                    #expect(try await runProgram(.brokerlab, load).exitCode == 0)
                    #expect(try await logger.entries(atLeast: count).count == count)
                }
                // More than RabbitMQ bears in silence.
                try await Task.sleep(for: .seconds(5))
                #expect(logger.program.errors.lines.isEmpty, "it is still connected: \(logger.program.errors.text)")
                try await arrives(1)
                kill(node.processID, SIGSTOP)
                defer { kill(node.processID, SIGCONT) }
                _ = try await logger.program.errors.wait(for: "a warning") {
                    $0.first { $0.contains("nothing came for two heartbeat intervals of 1 s") }
                }
                kill(node.processID, SIGCONT)
                try await arrives(2)
            }
        }
    }
}
