import Broker
import EngineTestKit
import Testing
import TransportIO

@testable import HTTPTransport

/// Several requests behind one another on a connection (RFC 9112, 9.3.2).
@Suite(.timeLimit(.minutes(1))) struct PipeliningTests {
    private static let accepted = "HTTP/1.1 202 OK\r\nContent-Length: 0\r\n\r\n"

    private static func engine(depth: Int = 4) throws -> HTTPClientEngine {
        HTTPClientEngine(
            target: try HTTPTarget(parsing: "h:8080"), limits: EntryLimits(), depth: depth, takesAnySuccess: true)
    }

    @Test(arguments: [1, 7, 64, 1_000_000]) func answersInOrder(step: Int) throws {
        var engine = try Self.engine()
        let answers = Self.accepted + "HTTP/1.1 422 No\r\nContent-Length: 3\r\n\r\nwhy" + Self.accepted
        let outcome = engine.feed(Array(answers.utf8), sends: 4, step: step)
        #expect(outcome == ClientOutcome(fates: [Fate(ticket: 0), .rejected(1, "HTTP 422: why"), Fate(ticket: 2)]))
        #expect(!engine.isRetired)
    }

    /// What is behind `close` was not processed, and goes out again.
    @Test(arguments: [1, 7, 1_000_000]) func closeInTheMiddle(step: Int) throws {
        var engine = try Self.engine()
        let answers = Self.accepted + "HTTP/1.1 202 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        let outcome = engine.feed(Array(answers.utf8), sends: 4, step: step)
        #expect(outcome.fates.map(\.ticket) == [0, 1, 2, 3] && engine.isRetired)
        #expect(outcome.fates.map { $0.failure?.fate } == [nil, nil, .notSent, .notSent])
    }

    /// A server that takes two requests a connection: the others follow on other connections, and none is taken twice.
    @Test func twoAConnection() async throws {
        try await ScriptedServer.run(variant: "pipelined") { _, heard in
            guard heard.split(separator: "POST ").count >= 2, heard.hasSuffix("}") else { return .wait }
            return .say(Self.accepted + "HTTP/1.1 202 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        } body: { server, connection in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<4 {
                    group.addTask { _ = try await connection.send(LogEntry(name: "n\(number)", data: "")) }
                }
                try await group.waitForAll()
            }
            #expect(server.heard.count == 2)
        }
    }

    /// Without an answer the fate of everything on the connection is unknown: nothing is sent again.
    @Test func lost() async throws {
        try await ScriptedServer.run(variant: "pipelined") { _, heard in
            heard.split(separator: "POST ").count == 4 && heard.hasSuffix("}") ? .end : .wait
        } body: { server, connection in
            await withTaskGroup(of: TransportError?.self) { group in
                for number in 0..<4 {
                    group.addTask {
                        do throws(TransportError) {
                            _ = try await connection.send(LogEntry(name: "n\(number)", data: ""))
                            return nil
                        } catch {
                            return error
                        }
                    }
                }
                for await failure in group { #expect(failure?.fate == .unknown) }
            }
            #expect(server.heard.count == 1)
        }
    }
}
