import Broker
import MachineTestKit
import Metrics
import Testing

@testable import brokerlab

/// The server of metrics before clients that mean no good.
@Suite("The server of metrics", .timeLimit(.minutes(1)))
struct MetricsServerTests {
    /// A page that is too long for the buffers of a connection.
    private static let longPage: MetricsPage = {
        let name = String(repeating: "x", count: 65_536)
        // Each is there three times, with its help and its kind.
        let families = (0..<50).map { MetricFamily(.gauge, "\(name)\($0)", "A family.", $0) }
        let page = MetricsPage()
        page.add { families }
        return page
    }()

    private static let shortPage: MetricsPage = {
        let page = MetricsPage()
        page.add { [MetricFamily(.gauge, "answer", "The answer.", 42)] }
        return page
    }()

    private func serving(
        _ page: MetricsPage, _ body: @escaping @Sendable (_ address: String) async throws -> Void
    ) async throws {
        let (addresses, sink) = AsyncStream.makeStream(of: String.self)
        try await MetricsServer(at: "127.0.0.1:0", of: page).run(bound: { sink.yield($0.target) }) {
            for await address in addresses { return try await body(address) }
        }
    }

    /// The whole answer to a request that asks for the end of the connection.
    private func read(_ address: String, version: String = "1.1") async throws -> String {
        let socket = try RawSocket(to: address)
        await socket.say("GET /metrics HTTP/\(version)\r\nHost: \(address)\r\nConnection: close\r\n\r\n")
        return try await socket.hearAll()
    }

    @Test("metrics are read")
    func read() async throws {
        try await serving(Self.shortPage) { address in
            let answer = try await read(address)
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.contains("content-type: \(MetricsText.contentType)\r\n"))
            #expect(answer.hasSuffix("# HELP answer The answer.\n# TYPE answer gauge\nanswer 42\n"))
        }
    }

    @Test("a page of megabytes is read to its end", arguments: ["1.0", "1.1"])
    func long(version: String) async throws {
        try await serving(Self.longPage) { address in
            let answer = try await read(address, version: version)
            #expect(answer.utf8.count > 150 * 65_536)
            #expect(answer.contains("x0 0\n") && answer.contains("x49 49\n"))
        }
    }

    @Test("garbage, halves of requests, and clients that do not read hold up nobody else")
    func hostile() async throws {
        try await serving(Self.longPage) { address in
            var held: [RawSocket] = []
            for text in [
                "\u{0}\u{1}\u{2}garbage\r\n\r\n", "GET /metrics HTTP/1.1\r\nHost: 127", "POST /metrics HTTP/1.1\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\u{0}\u{0}\u{7f}\u{4}\u{0}\u{0}\u{0}\u{0}\u{0}", "",
                "POST http://\(address) HTTP/1.1\r\nHost: \(address)\r\nContent-Length: 2\r\n\r\n{}",
                "POST /log HTTP/1.1\r\nHost: \(address)\r\nContent-Length: 99999999999\r\n\r\n",
            ] {
                let socket = try RawSocket(to: address)
                await socket.say(text)
                held.append(socket)
            }
            // They ask, and read nothing of the answer.
            for _ in 0..<4 {
                let socket = try RawSocket(to: address)
                await socket.say("GET /metrics HTTP/1.1\r\nHost: \(address)\r\n\r\n")
                held.append(socket)
            }
            for _ in 0..<2 {
                let answer = try await read(address)
                #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
                #expect(answer.contains("x49 49\n"))
            }
            for socket in held { socket.close() }
        }
    }

    @Test("answers that are not taken have their bound, and others are told so")
    func bounded() async throws {
        try await serving(Self.longPage) { address in
            var held: [RawSocket] = []
            for _ in 0..<Scrapes.most {
                let socket = try RawSocket(to: address)
                await socket.say("GET /metrics HTTP/1.1\r\nHost: \(address)\r\n\r\n")
                // Its answer has begun.
                #expect(try await socket.hear(limit: 12) == "HTTP/1.1 200")
                held.append(socket)
            }
            #expect(try await read(address).hasPrefix("HTTP/1.1 503 "))
            for socket in held { socket.close() }
        }
    }

    @Test("an address that is taken ends it before what it is for begins")
    func taken() async throws {
        try await serving(Self.shortPage) { address in
            await #expect(throws: ServerError.self) {
                try await MetricsServer(at: address, of: Self.shortPage).run(bound: { _ in }) {
                    Issue.record("it has begun")
                }
            }
        }
    }

    @Test("what the work ends with is what the server ends with")
    func failure() async throws {
        struct Failure: Error {}
        await #expect(throws: Failure.self) {
            try await serving(Self.shortPage) { _ in throw Failure() }
        }
    }
}
