import Foundation
import Testing

/// Who may speak to the program's HTTP addresses, as curl, ab and the program itself see it.
@Suite(.timeLimit(.minutes(2)))
struct AccessTests {
    private static let entry = PlainEntry(name: Sample.name, data: Sample.data)
    private static let versions = ["--http1.1", "--http2-prior-knowledge"]

    /// What a request says of where it comes from, and the status of its answer.
    private static let requests: [([String], Int)] = [
        ([], 202), (["Content-Type:"], 202), (["Host: localhost"], 202), (["Host: evil.example"], 421),
        (["Origin: null"], 403), (["Origin: https://evil.example"], 403), (["Sec-Fetch-Site: cross-site"], 403),
        (["Sec-Fetch-Site: none"], 202), (["Content-Type: text/plain"], 415),
        (["Content-Type: text/plain", "Sec-Fetch-Site: same-site"], 403),
    ]

    @Test("Pages of other sites can neither post nor read", arguments: versions)
    func logger(version: String) async throws {
        try await withLogger(["http"]) { logger in
            let url = "http://\(logger.targets["http"]!)"
            for (fields, status) in Self.requests {
                let headers = [version] + fields.flatMap { ["--header", $0] }
                let isTyped = fields.contains { $0.hasPrefix("Content-Type") }
                let type = isTyped ? [] : ["--header", "Content-Type: application/json"]
                let posted = try await curl(
                    type + headers + ["--data-binary", "@-", "\(url)/log"], input: logBody(Self.entry))
                #expect(posted.status == status, "\(fields)")
                let read = try await curl(headers + ["\(url)/entries"])
                #expect(read.status == ([202, 415].contains(status) ? 200 : status), "\(fields)")
            }
            let preflight = ["--request", "OPTIONS", "--header", "Access-Control-Request-Method: POST"]
            let origin = ["--header", "Origin: https://evil.example"]
            #expect(try await curl([version] + preflight + origin + ["\(url)/log"]).status == 403)
            let accepted = Self.requests.count { $0.1 == 202 }
            #expect(try await logger.entries(limit: 99).map(\.plain) == Array(repeating: Self.entry, count: accepted))
        }
    }

    @Test("The broker's address is guarded likewise")
    func broker() async throws {
        try await withLogger(["tcp"]) { logger in
            try await withBroker("tcp", to: logger.targets["tcp"]!) { _, listen in
                let url = "http://\(listen)/handle"
                for (fields, status) in Self.requests where !fields.contains(where: { $0.hasPrefix("Content-Type") }) {
                    let headers = fields.flatMap { ["--header", $0] }
                    let answer = try await post(handleBody(Self.entry), to: url, headers: headers)
                    #expect(answer.status == status, "\(fields)")
                }
            }
        }
    }

    @Test(
        "A token is asked for at the logger and at the broker, and shown by those who send",
        arguments: ["http", "http:http2"])
    func token(transport: String) async throws {
        try await withTemporaryFolder { folder in
            let files = ["logger", "broker", "wrong"].map { folder.appending(path: $0).path }
            for (file, token) in zip(files, ["logger's\n", "broker's", "wrong"]) {
                try Data(token.utf8).write(to: URL(filePath: file))
            }
            let credentials = ["--header", "Authorization: Bearer logger's"]
            try await withLogger(["http", "tcp"], arguments: ["--token-file", files[0]]) { logger in
                let target = logger.targets["http"]!
                let url = "http://\(target)"
                for path in ["/entries", "/health", "/runs/r", "/nothing"] {
                    #expect(try await curl(["\(url)\(path)"]).status == 401)
                }
                #expect(try await post(logBody(Self.entry), to: "\(url)/log").status == 401)
                #expect(try await post(logBody(Self.entry), to: "\(url)/log", headers: credentials).status == 202)
                let send = ["send", "--transport", transport, "--to", target, "--data", "x", "--name", "n"]
                for (arguments, exitCode) in [
                    ([], 1), (["--to-token-file", files[2]], 1), (["--to-token-file", files[0]], 0),
                ] {
                    #expect(try await runProgram(.brokerlab, send + arguments).exitCode == exitCode)
                }
                let arguments = ["--token-file", files[1], "--to-token-file", files[0]]
                try await withBroker(transport, to: target, arguments: arguments) { _, listen in
                    let handle = "http://\(listen)/handle"
                    let body = try handleBody(Self.entry)
                    #expect(try await post(body, to: handle, headers: credentials).status == 401)
                    let own = ["--header", "Authorization: Bearer broker's"]
                    #expect(try await post(body, to: handle, headers: own).status == 202)
                }
                let entries = try await runProgram(.curl, credentials + ["\(url)/entries"]).decoded([LoggedEntry].self)
                #expect(entries.map(\.name) == [Sample.name, "n", Sample.name])
            }
        }
    }

    @Test(
        "A token that is none is refused at start",
        arguments: [
            (["logger", "--http", "127.0.0.1:0"], "--token-file"), (["broker", "--transport", "tcp"], "--token-file"),
            (["send", "--transport", "http", "--data", "x"], "--to-token-file"),
        ])
    func badToken(command: [String], option: String) async throws {
        try await withTemporaryFolder { folder in
            for (name, content) in [("empty", "\n"), ("two", "a b"), ("long", String(repeating: "x", count: 5000))] {
                let file = folder.appending(path: name).path
                try Data(content.utf8).write(to: URL(filePath: file))
                let finished = try await runProgram(.brokerlab, command + [option, file])
                #expect(finished.exitCode == 64 && finished.errors.text.contains(option), "\(finished.errors.text)")
            }
            let finished = try await runProgram(.brokerlab, command + [option, "/nonexistent/token"])
            #expect(finished.exitCode == 64 && finished.errors.text.contains("cannot be read"))
        }
    }

    @Test("A token is for http only")
    func tokenElsewhere() async throws {
        let send = ["send", "--transport", "grpc", "--data", "x", "--to-token-file", "/dev/null"]
        #expect(try await runProgram(.brokerlab, send).errors.text.contains("--to-token-file is for http"))
        let logger = ["logger", "--tcp", "127.0.0.1:0", "--token-file", "/etc/hostname"]
        #expect(try await runProgram(.brokerlab, logger).errors.text.contains("give --http"))
    }

    @Test("Listening beyond loopback without TLS or a token is said at start, for every transport")
    func notices() async throws {
        struct Line: Decodable {
            var transport: String
            var target: String
        }
        let flags = ["http", "netrpc", "grpc", "tcp"].flatMap { ["--\($0)", $0 == "tcp" ? "*:0" : "0.0.0.0:0"] }
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "token").path
            try Data("secret".utf8).write(to: URL(filePath: file))
            for (arguments, count) in [([], 4), (["--token-file", file], 3)] {
                try await withProgram(.brokerlab, ["logger"] + flags + arguments) { program in
                    let lines = try await program.lines(4, Line.self)
                    let notices = try await program.errors.wait(for: "\(count) notices") { lines in
                        let notices = lines.filter { $0.contains("can be reached from other machines") }
                        return notices.count >= count ? notices : nil
                    }
                    #expect(notices.count == count && notices.contains { $0.hasPrefix("*:") })
                    // What is printed can be connected to.
                    let target = try #require(lines.first { $0.transport == "tcp" }?.target)
                    let send = ["send", "--transport", "tcp", "--to", target, "--data", "x"]
                    #expect(target.hasPrefix("127.0.0.1:"))
                    #expect(try await runProgram(.brokerlab, send).exitCode == 0)
                }
            }
        }
    }
}
