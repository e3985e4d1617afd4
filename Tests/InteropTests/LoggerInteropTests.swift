import Testing

/// `brokerlab logger` takes entries from programs that know nothing of this project.
@Suite(.timeLimit(.minutes(2)))
struct LoggerInteropTests {
    private static let count = 300

    @Test("A Go net/rpc client", .needs(.go("netrpc-client")))
    func goNetRPC() async throws {
        try await expectDelivery(
            over: "netrpc", from: .go("netrpc-client"), reply: "Processed payload via RPC: \(Sample.name)")
    }

    @Test("A grpcio client", .needs(.python("grpc_client")))
    func grpcio() async throws {
        try await expectDelivery(over: "grpc", from: .python("grpc_client"))
    }

    @Test("A Go HTTP client", .needs(.go("http-client")))
    func goHTTP() async throws {
        try await expectDelivery(over: "http", from: .go("http-client"), reply: "logged")
    }

    @Test("A Go HTTP client that speaks HTTP/2", .needs(.go("http-client")))
    func goHTTP2() async throws {
        let client = Program(path: Program.go("http-client").path, arguments: ["-http2"])
        try await expectDelivery(over: "http", from: client, reply: "logged")
    }

    @Test("A client of Python's requests", .needs(.python("http_client")))
    func pythonRequests() async throws {
        try await expectDelivery(over: "http", from: .python("http_client"), reply: "logged")
    }

    private func expectDelivery(over transport: String, from peer: Program, reply: String? = nil) async throws {
        try await withLogger([transport]) { logger in
            let arguments = Sample.arguments(to: logger.targets[transport]!, count: Self.count)
            let finished = try await runProgram(peer, arguments + ["--in-flight", "8"])
            let outcome = try finished.decoded(PeerOutcome.self)
            #expect(outcome.acked == Self.count, "\(outcome)")
            if let reply { #expect(outcome.reply == reply) }

            let entries = try await logger.entries(limit: Self.count + 1)
            #expect(entries.count == Self.count)
            #expect(Set(entries.map(\.plain)) == Sample.numbered(Self.count))
            #expect(entries.allSatisfy { $0.severity == "INFO" })
            #expect(try await logger.isHealthy())
        }
    }

    @Test("curl")
    func curlPost() async throws {
        try await withLogger(["http"]) { logger in
            let entry = PlainEntry(name: Sample.name, data: Sample.data)
            let answer = try await post(logBody(entry), to: "http://\(logger.targets["http"]!)/log")
            #expect(answer.status == 202)
            #expect(answer.envelope == Envelope(error: false, message: "logged"))
            #expect(try await logger.entries(limit: 2).map(\.plain) == [entry])
        }
    }

    @Test("curl with a chunked body, and one that waits for 100 Continue")
    func curlBodies() async throws {
        try await withLogger(["http"]) { logger in
            let url = "http://\(logger.targets["http"]!)/log"
            let entry = PlainEntry(name: "large", data: String(repeating: "ž", count: 1 << 17))
            for header in ["Transfer-Encoding: chunked", "Expect: 100-continue"] {
                let answer = try await post(logBody(entry), to: url, headers: ["--header", header])
                #expect(answer.status == 202, "\(header)")
                #expect(try await logger.entries(limit: 1).map(\.plain) == [entry], "\(header)")
            }
        }
    }

    @Test("The newest entries come first, as many as are asked for")
    func newestFirst() async throws {
        try await withLogger(["http"]) { logger in
            for number in 0..<5 {
                let entry = PlainEntry(name: "order", data: "\(number)")
                _ = try await post(logBody(entry), to: "http://\(logger.targets["http"]!)/log")
            }
            #expect(try await logger.entries(limit: 3).map(\.data) == ["4", "3", "2"])
        }
    }

    @Test(
        "What is no entry is refused with the contract's envelope",
        arguments: ["", "{", "[]", #"{"name": 5, "data": "x"}"#, #"{"name": "without data"}"#])
    func refusedBody(_ body: String) async throws {
        try await withLogger(["http"]) { logger in
            let answer = try await post(body, to: "http://\(logger.targets["http"]!)/log")
            #expect((400..<500).contains(answer.status))
            #expect(answer.envelope?.error == true)
            #expect(answer.envelope?.message.isEmpty == false)
            #expect(try await logger.entries(limit: 1).isEmpty)
        }
    }

    @Test("An unknown path and a wrong method are refused")
    func refusedRequest() async throws {
        try await withLogger(["http"]) { logger in
            let url = "http://\(logger.targets["http"]!)"
            let unknownPath = try await curl(["\(url)/nothing"])
            #expect(unknownPath.status == 404)
            let wrongMethod = try await curl(["--request", "DELETE", "\(url)/log"])
            #expect(wrongMethod.status == 405)
        }
    }
}
