import Broker
import Testing
import TransportIO

@testable import HTTPTransport

/// Kept-alive connections that end: a request goes out again only where the first server cannot have seen it.
@Suite(.timeLimit(.minutes(1))) struct StaleConnectionTests {
    private static let accepted = "HTTP/1.1 202 OK\r\nContent-Length: 0\r\n\r\n"
    private static let entry = LogEntry(name: "a", data: "b")

    enum Ending: CaseIterable {
        case close, reset, timeoutAnswer
    }

    /// The event loop has not been told of the end yet when the next entry is sent: it lies in the kernel only.
    @Test(arguments: Ending.allCases) func endedWhileIdle(ending: Ending) async throws {
        try await ScriptedServer.run { _, heard in
            heard.hasSuffix("}") ? .say(Self.accepted) : .wait
        } body: { server, connection in
            _ = try await connection.send(Self.entry)
            // The moment of the answer is over: the event loop has turned, which a task that yields need not wait for.
            await (try #require(connection as? any PacedConnection)).sleep(until: MonotonicClock.now)
            switch ending {
            case .close: server.close(0)
            case .reset: server.close(0, byReset: true)
            case .timeoutAnswer:
                server.close(0, saying: "HTTP/1.1 408 Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            }
            _ = try await connection.send(Self.entry)
            #expect(server.heard.count == 2 && server.heard[0] == server.heard[1])
        }
    }

    /// The server has the request and ends without an answer: POST is not idempotent (RFC 9110, 9.2.2).
    @Test func endedBehindTheRequest() async throws {
        try await ScriptedServer.run { connection, heard in
            guard heard.hasSuffix("}") else { return .wait }
            return connection == 0 && heard.contains("second") ? .end : .say(Self.accepted)
        } body: { server, connection in
            _ = try await connection.send(Self.entry)
            let error = await #expect(throws: TransportError.self) {
                try await connection.send(LogEntry(name: "second", data: ""))
            }
            #expect(error?.fate == .unknown)
            #expect(server.heard.count == 1)
            _ = try await connection.send(LogEntry(name: "third", data: ""))
            #expect(server.heard.count == 2 && !server.heard[1].contains("second"))
        }
    }

    /// Interim answers without end do not put off the deadline.
    @Test func deadline() async throws {
        try await ScriptedServer.run(answerTimeout: .milliseconds(900)) { _, heard in
            heard.hasSuffix("}") ? .say("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 202 OK\r\nContent-Le") : .wait
        } body: { server, connection in
            let error = await #expect(throws: TransportError.self) { try await connection.send(Self.entry) }
            #expect(error?.fate == .unknown && error?.message.hasPrefix("no answer from the HTTP logger") == true)
            #expect(server.heard.count == 1)
        }
    }

    /// A redirect is told of, and not followed.
    @Test(arguments: [301, 302, 303, 307, 308]) func redirect(status: Int) async throws {
        try await ScriptedServer.run { _, heard in
            let answer = "HTTP/1.1 \(status) Moved\r\nLocation: http://127.0.0.1:1/log\r\nContent-Length: 0\r\n\r\n"
            return heard.hasSuffix("}") ? .say(answer) : .wait
        } body: { server, connection in
            await #expect(
                throws: TransportError(
                    .rejected, "HTTP \(status), a redirect to http://127.0.0.1:1/log: use that as --to")
            ) { try await connection.send(Self.entry) }
            #expect(server.heard.count == 1)
        }
    }
}
