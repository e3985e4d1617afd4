import Broker
import Testing

@testable import HTTPTransport

/// `Expect: 100-continue` in front of large bodies (RFC 9110, 10.1.1).
@Suite(.timeLimit(.minutes(1))) struct ExpectationTests {
    private static let accepted = "HTTP/1.1 202 OK\r\nContent-Length: 0\r\n\r\n"
    private static let large = LogEntry(name: "a", data: String(repeating: "x", count: Expectation.minBodyBytes))
    private static let small = LogEntry(name: "a", data: "b")

    private static func isHead(_ heard: String) -> Bool { heard.hasSuffix("\r\nexpect: 100-continue\r\n\r\n") }

    @Test func bodyFollowsTheInterimAnswer() async throws {
        try await ScriptedServer.run { _, heard in
            if Self.isHead(heard) { return .say("HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n") }
            return heard.hasSuffix("}") ? .say(Self.accepted) : .wait
        } body: { server, connection in
            for entry in [Self.small, Self.large, Self.large, Self.small] { _ = try await connection.send(entry) }
            #expect(server.heard.count == 1)
            #expect(server.heard[0].split(separator: "expect: 100-continue").count == 3)
        }
    }

    /// A refusal saves the body, and costs the connection.
    @Test func refusal() async throws {
        try await ScriptedServer.run { connection, heard in
            if Self.isHead(heard) { return .say("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno") }
            return heard.hasSuffix("}") ? .say(Self.accepted) : .wait
        } body: { server, connection in
            await #expect(throws: TransportError(.rejected, "HTTP 413: no")) {
                try await connection.send(Self.large)
            }
            _ = try await connection.send(Self.small)
            #expect(server.heard.count == 2 && server.heard[0].utf8.count < 1000)
        }
    }

    /// A server that does not take expectations gets the entry again without one, and none from then on.
    @Test func expectationFailed() async throws {
        try await ScriptedServer.run { _, heard in
            if Self.isHead(heard) { return .say("HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n") }
            return heard.hasSuffix("}") ? .say(Self.accepted) : .wait
        } body: { server, connection in
            for _ in 0..<2 { _ = try await connection.send(Self.large) }
            #expect(server.heard.count == 2)
            #expect(server.heard[0].contains("expect:") && !server.heard[1].contains("expect:"))
        }
    }

    /// A server that knows nothing of expectations waits for the body: it comes unasked.
    @Test func silence() async throws {
        try await ScriptedServer.run { _, heard in
            heard.hasSuffix("}") ? .say(Self.accepted) : .wait
        } body: {
            server, connection in
            let start = ContinuousClock.now
            _ = try await connection.send(Self.large)
            #expect(ContinuousClock.now - start >= .seconds(1))
            #expect(server.heard.count == 1 && server.heard[0].contains("expect:"))
        }
    }
}
