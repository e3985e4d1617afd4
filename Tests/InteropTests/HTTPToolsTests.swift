import Foundation
import Testing

/// The HTTP tools that services are tried with have nothing to complain about.
@Suite(.timeLimit(.minutes(2)))
struct HTTPToolsTests {
    private static let entry = PlainEntry(name: Sample.name, data: Sample.data)

    @Test("h2load, HTTP/1.1, eight connections", .needs(.h2load))
    func h2load() async throws {
        try await withLogger(["http"]) { logger in
            try await withTemporaryFolder { folder in
                let body = folder.appending(path: "entry.json")
                try Data(logBody(Self.entry).utf8).write(to: body)
                let finished = try await runProgram(
                    .h2load,
                    [
                        "--h1", "--requests", "2000", "--clients", "8", "--data", body.path,
                        "--header", "content-type: application/json", "http://\(logger.targets["http"]!)/log",
                    ])
                #expect(finished.output.text.contains("2000 done, 2000 succeeded, 0 failed, 0 errored, 0 timeout"))
                #expect(finished.output.text.contains("status codes: 2000 2xx"))
                let entries = try await logger.entries(limit: 3000)
                #expect(entries.count == 2000 && Set(entries.map(\.plain)) == [Self.entry])
            }
        }
    }

    @Test("wrk, POST, eight connections", .needs(.wrk))
    func wrk() async throws {
        try await withLogger(["http"]) { logger in
            try await withTemporaryFolder { folder in
                let script = folder.appending(path: "post.lua")
                let lua = """
                    wrk.method = "POST"
                    wrk.headers["Content-Type"] = "application/json"
                    wrk.body = [==[\(try logBody(Self.entry))]==]
                    """
                try Data(lua.utf8).write(to: script)
                let finished = try await runProgram(
                    .wrk,
                    [
                        "--threads", "1", "--connections", "8", "--duration", "1s", "--script", script.path,
                        "http://\(logger.targets["http"]!)/log",
                    ])
                let text = finished.output.text
                #expect(finished.exitCode == 0 && text.contains("requests in"), "\(text)")
                #expect(!text.contains("Non-2xx") && !text.contains("Socket errors"), "\(text)")
                #expect(try await logger.entries(limit: 1).map(\.plain) == [Self.entry])
            }
        }
    }
}

extension Program {
    static let h2load = Program(path: "/usr/bin/h2load")
    fileprivate static let wrk = Program(path: "/usr/bin/wrk")
}
