import Foundation
import Testing

/// The HTTP tools that services are tried with have nothing to complain about.
@Suite(.timeLimit(.minutes(2)))
struct HTTPToolsTests {
    private static let entry = PlainEntry(name: Sample.name, data: Sample.data)

    @Test(
        "h2load, HTTP/1.1 and HTTP/2", .needs(.h2load),
        arguments: [["--h1", "--clients", "8"], ["--clients", "2", "--max-concurrent-streams", "32"]])
    func h2load(_ version: [String]) async throws {
        try await withLogger(["http"]) { logger in
            try await withTemporaryFolder { folder in
                let body = folder.appending(path: "entry.json")
                try Data(logBody(Self.entry).utf8).write(to: body)
                let finished = try await runProgram(
                    .h2load,
                    version + [
                        "--requests", "2000", "--data", body.path,
                        "--header", "content-type: application/json", "http://\(logger.targets["http"]!)/log",
                    ])
                #expect(finished.output.text.contains("2000 done, 2000 succeeded, 0 failed, 0 errored, 0 timeout"))
                #expect(finished.output.text.contains("status codes: 2000 2xx"))
                let entries = try await logger.entries(limit: 3000)
                #expect(entries.count == 2000 && Set(entries.map(\.plain)) == [Self.entry])
            }
        }
    }

    @Test("ab, HTTP/1.0, with and without keep-alive", .needs(.ab), arguments: [["-k"], []])
    func ab(_ keepAlive: [String]) async throws {
        try await withLogger(["http"]) { logger in
            try await withTemporaryFolder { folder in
                let body = folder.appending(path: "entry.json")
                try Data(logBody(Self.entry).utf8).write(to: body)
                let options = ["-q", "-s", "10", "-n", "300", "-c", "4", "-p", body.path, "-T", "application/json"]
                let finished = try await runProgram(
                    .ab, options + keepAlive + ["http://\(logger.targets["http"]!)/log"])
                #expect(finished.exitCode == 0, "\(finished.errors.text)")
                let lines = finished.output.lines.map { $0.split(separator: ":").map { $0.drop { $0 == " " } } }
                let figures = Dictionary(lines.filter { $0.count == 2 }.map { ($0[0], $0[1]) }) { first, _ in first }
                #expect(figures["Complete requests"] == "300" && figures["Failed requests"] == "0")
                #expect(figures["Keep-Alive requests"] == (keepAlive.isEmpty ? nil : "300"))
                #expect(try await logger.entries(limit: 400).map(\.plain) == Array(repeating: Self.entry, count: 300))
            }
        }
    }

    @Test("curl's expectation is taken in any case, by either version", arguments: ["100-continue", "100-Continue"])
    func expectation(_ expectation: String) async throws {
        try await withLogger(["http"]) { logger in
            for version in ["--http1.0", "--http1.1", "--http2-prior-knowledge"] {
                let answer = try await post(
                    logBody(Self.entry), to: "http://\(logger.targets["http"]!)/log",
                    headers: [version, "--header", "Expect: \(expectation)"])
                #expect(answer.status == 202, "\(version)")
            }
        }
    }

    @Test("curl over HTTP/2 is answered as over HTTP/1.1, on every path")
    func curlHTTP2() async throws {
        try await withLogger(["http"]) { logger in
            let url = "http://\(logger.targets["http"]!)"
            let entry = try ["--header", "content-type: application/json", "--data-binary", logBody(Self.entry)]
            let requests = [
                entry + ["\(url)/log"], entry + ["--header", "expect: 100-continue", "\(url)/log"],
                ["--data-binary", "{", "--header", "content-type: application/json", "\(url)/log"],
                ["--data-binary", "x", "--header", "content-type: text/plain", "\(url)/log"],
                ["--request", "DELETE", "\(url)/log"], ["\(url)/nothing"], ["--request", "PUT", "\(url)/health"],
                ["\(url)/runs/r"], ["\(url)/runs/none"],
                ["--request", "GET", "--data-binary", "x", "\(url)/nothing"], ["\(url)/entries?limit=x"],
            ]
            let created = try await answer(to: ["--request", "PUT", "\(url)/runs/r"], "--http2-prior-knowledge")
            #expect(created.text.contains("201 application/json"))
            for request in requests {
                let http1 = try await answer(to: request, "--http1.1")
                let http2 = try await answer(to: request, "--http2-prior-knowledge")
                #expect(http1.version == "1.1" && http2.version == "2")
                #expect(http1.text == http2.text, "\(request)")
            }
            let health = try await answer(to: ["\(url)/health"], "--http2-prior-knowledge")
            #expect(health.version == "2" && health.text.contains("200 application/json"))
            #expect(try await logger.entries(limit: 9).map(\.plain) == Array(repeating: Self.entry, count: 4))
        }
    }

    /// The version of HTTP that curl says was spoken, and the answer: its body, its status and its content type.
    private func answer(to request: [String], _ version: String) async throws -> (version: String, text: String) {
        let finished = try await runProgram(
            .curl, [version, "--write-out", "\n%{http_code} %{content_type}\n%{http_version}"] + request)
        let lines = finished.output.lines
        return (lines.last ?? "", lines.dropLast().joined(separator: "\n"))
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
    static let ab = Program(path: "/usr/bin/ab")
    fileprivate static let wrk = Program(path: "/usr/bin/wrk")
}
