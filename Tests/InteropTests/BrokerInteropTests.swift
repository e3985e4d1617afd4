import MachineTestKit
import Subprocess
import Testing

/// `brokerlab broker` forwards what a program of the contract posts to it.
@Suite(.timeLimit(.minutes(2)))
struct BrokerInteropTests {
    private static let entry = PlainEntry(name: Sample.name, data: Sample.data)

    @Test(
        "Forwards over each transport", .needs(.go("netrpc-server"), .python("grpc_server")),
        arguments: ReceivingPeer.all)
    func forwards(_ peer: ReceivingPeer) async throws {
        try await peer.serve { server, target in
            try await withBroker(peer.transport, to: target) { _, address in
                let answer = try await post(handleBody(Self.entry), to: "http://\(address)/handle")
                #expect(answer.status == 202)
                #expect(answer.envelope?.error == false)
                #expect(try await server.line(PlainEntry.self) == Self.entry)
            }
        }
    }

    @Test("Forwards over the raw transport")
    func forwardsOverTCP() async throws {
        try await withLogger(["tcp"]) { logger in
            try await withBroker("tcp", to: logger.targets["tcp"]!) { _, address in
                let answer = try await post(handleBody(Self.entry), to: "http://\(address)/handle")
                #expect(answer.status == 202)
                #expect(try await logger.entries(limit: 2).map(\.plain) == [Self.entry])
            }
        }
    }

    @Test("An unknown action is refused, and the next request is served")
    func unknownAction() async throws {
        try await withLogger(["tcp"]) { logger in
            try await withBroker("tcp", to: logger.targets["tcp"]!) { _, address in
                let url = "http://\(address)/handle"
                let refused = try await post(handleBody(Self.entry, action: "dance"), to: url)
                #expect((400..<500).contains(refused.status))
                #expect(refused.envelope?.error == true)
                #expect(try await post(handleBody(Self.entry), to: url).status == 202)
            }
        }
    }

    @Test(
        "A dead logger is reported to the caller, and the broker serves again when the logger is back",
        .needs(.go("netrpc-server")))
    func deadLogger() async throws {
        // Chosen now, so that the second logger can have the address of the first.
        let target = try ReservedPort().release()
        try await withProgram(.go("netrpc-server"), ["-listen", target]) { server in
            _ = try await server.line(ListenLine.self)
            try await withBroker("netrpc", to: target) { _, address in
                let url = "http://\(address)/handle"
                try server.signal(.terminate)
                await server.output.waitForEnd()
                let failed = try await post(handleBody(Self.entry), to: url)
                #expect(failed.status == 502)
                #expect(failed.envelope?.error == true)

                try await withProgram(.go("netrpc-server"), ["-listen", target]) { server in
                    _ = try await server.line(ListenLine.self)
                    let answer = try await post(handleBody(Self.entry), to: url)
                    #expect(answer.status == 202)
                    let received = try await server.line(PlainEntry.self)
                    #expect(received == Self.entry)
                }
            }
        }
    }

    @Test(
        "A logger that is not there at the start is waited for, which is said once, and found when it is",
        arguments: ["tcp", "netrpc", "grpc", "grpc:stream", "http", "http:http2"])
    func loggerComesLater(_ transport: String) async throws {
        let port = try ReservedPort()
        let name = String(transport.prefix { $0 != ":" })
        try await withBroker(transport, to: port.address, arguments: ["--timeout", "1"]) { broker, address in
            let url = "http://\(address)/handle"
            let said = try await broker.errors.wait(for: "why it waits") { $0.first }
            #expect(said.contains("\(port.address): connection refused. Start it with: brokerlab logger --\(name)"))
            let health = try await runProgram(.curl, ["--write-out", "%{http_code}", "http://\(address)/health"])
            #expect(health.output.text.hasSuffix("503") && health.output.text.contains(#""status":"not ready""#))
            #expect(health.output.text.contains("connection refused"))
            // Not longer than --timeout.
            let failed = try await post(handleBody(Self.entry), to: url)
            #expect(failed.status == 502 && failed.envelope?.message.contains("connection refused") == true)
            #expect(broker.errors.lines.count == 1)

            let logger = ["logger", "--\(name)", port.release()] + (name == "http" ? [] : ["--http", "127.0.0.1:0"])
            try await withProgram(.brokerlab, logger) { _ in
                _ = try await broker.errors.wait(for: "the logger") { $0.first { $0.contains("connected to") } }
                #expect(try await curl(["http://\(address)/health"]).status == 200)
                #expect(try await post(handleBody(Self.entry), to: url).status == 202)
            }
        }
    }

    @Test("RabbitMQ is waited for likewise")
    func rabbitMQComesLater() async throws {
        let port = try ReservedPort()
        try await withBroker("amqp", to: "amqp://user:secret@\(port.address)") { broker, address in
            let said = try await broker.errors.wait(for: "why it waits") { $0.first }
            #expect(said.contains("RabbitMQ at \(port.address): connection refused. Start it (brokerlab rabbitmq"))
            #expect(try await curl(["http://\(address)/health"]).status == 503)
        }
    }
}
