import Foundation
import Glibc
import RabbitMQScope
import Subprocess
import Testing

/// `brokerlab logger --database`, and what becomes of its entries.
@Suite(.timeLimit(.minutes(2)))
struct StoredLoggerTests {
    /// A line of `brokerlab entries`.
    private struct Line: Decodable, Hashable {
        var id: Int
        var name: String
        var data: String
        var severity: String
        var transport: String
    }

    private struct Promise: Decodable {
        var transport: String
        var acknowledges: String
    }

    private func entries(_ arguments: String...) async throws -> [Line] {
        let finished = try await runProgram(.brokerlab, ["entries"] + arguments)
        #expect(finished.exitCode == 0, "\(finished.errors.text)")
        return try finished.output.lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    }

    @Test("entries of every transport outlive the logger, and are found again")
    func everyTransport() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "entries.db").path
            let transports = ["tcp", "netrpc", "grpc", "http"]
            try await withLogger(transports, arguments: ["--database", path], isKilled: true) { logger in
                let promises = try await logger.program.lines(4, Promise.self)
                #expect(Set(promises.map(\.transport)) == Set(transports))
                #expect(promises.allSatisfy { $0.acknowledges == "stored" })
                for transport in transports + ["grpc:stream", "http:http2", "http:pipelined"] {
                    let target = logger.targets[String(transport.prefix { $0 != ":" })]!
                    let sent = try await send(transport, to: target, count: 10, name: transport)
                    #expect(sent.exitCode == 0, "\(sent.errors.text)")
                }
                // Killed, it has nothing more to say.
            }
            let stored = try await entries(path, "--limit", "1000")
            #expect(stored.map(\.id) == (1...70).reversed())
            #expect(stored.allSatisfy { $0.data == Sample.data })
            #expect(try await entries(path, "--name", "grpc:stream").count == 10)
            #expect(try await entries(path, "--severity", "ERROR").isEmpty)
            #expect(try await entries(path, "--before", "11", "--limit", "5").map(\.id) == [10, 9, 8, 7, 6])
            #expect(try await entries(path, "--since", "2200-01-01T00:00:00Z").count == 0)

            try await withLogger(["tcp"], arguments: ["--database", path]) { logger in
                let target = logger.targets["http"]!
                #expect(try await entries(target, "--limit", "1000") == stored)
                #expect(try await entries(target, "--name", "http:http2", "--limit", "3").count == 3)
                let over2 = try await runProgram(
                    .curl, ["--http2-prior-knowledge", "--fail", "http://\(target)/entries?limit=70&name=tcp"])
                #expect(try over2.decoded([Line].self) == stored.filter { $0.name == "tcp" })
                let head = try await runProgram(.curl, ["--head", "http://\(target)/entries?limit=70"])
                #expect(head.output.lines.first?.contains("200") == true)
                let wrong = try await runProgram(.curl, ["http://\(target)/entries?severity=loud"])
                #expect(wrong.output.text.contains("severity has to be one of INFO, WARNING, ERROR"))
            }
        }
    }

    @Test("a page of many parts comes whole")
    func largePage() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "entries.db").path
            try await withLogger(["tcp"], arguments: ["--database", path]) { logger in
                let sent = try await runProgram(
                    .brokerlab,
                    [
                        "send", "--transport", "tcp", "--to", logger.targets["tcp"]!, "--name", "n", "--payload-bytes",
                        "30000", "--count", "110", "--in-flight", "16",
                    ])
                #expect(sent.exitCode == 0, "\(sent.errors.text)")
                // 3.3 MB, of which a page has 2 MiB.
                #expect(try await entries(logger.targets["http"]!, "--limit", "1000").count == 110)
                #expect(try await logger.entries(limit: 300).count == 110)
                let over2 = try await runProgram(
                    .curl, ["--http2-prior-knowledge", "--fail", "http://\(logger.targets["http"]!)/entries?limit=60"])
                #expect(try over2.decoded([Line].self).count == 60)
            }
        }
    }

    @Test("a database that cannot be used ends the logger at once, with the reason")
    func unusable() async throws {
        try await withTemporaryFolder { folder in
            let text = folder.appending(path: "text").path
            try Data(repeating: UInt8(ascii: "x"), count: 5000).write(to: URL(filePath: text))
            for (path, words) in [
                (text, "is damaged, or no SQLite database"), ("/nowhere/at/all.db", "cannot be opened"),
            ] {
                let finished = try await runProgram(.brokerlab, ["logger", "--tcp", "127.0.0.1:0", "--database", path])
                #expect(finished.exitCode == 69)
                expectOneClearLine(finished, mentioning: [words])
            }
            let reading = try await runProgram(.brokerlab, ["entries", text])
            #expect(reading.exitCode == 69)
            expectOneClearLine(reading, mentioning: ["is damaged"])
        }
    }

    @Test("flags that need a database say so")
    func flags() async throws {
        for arguments in [["--keep-for", "30d"], ["--keep-mib", "5"], ["--database-batch", "1"]] {
            let finished = try await runProgram(.brokerlab, ["logger"] + arguments)
            #expect(finished.exitCode == 64)
            expectOneClearLine(finished, mentioning: ["--database"])
        }
        let wrong = try await runProgram(.brokerlab, ["logger", "--database", "x", "--keep-for", "soon"])
        #expect(wrong.exitCode == 64)
        expectOneClearLine(wrong, mentioning: ["30d"])
    }

    @Test("a full disk: refusals say why, nothing acknowledged is missing, and it goes on when there is room")
    func fullDisk() async throws {
        try await withTemporaryFolder { folder in
            try #require(mount("none", folder.path, "tmpfs", 0, "size=4m") == 0, "mounting a tmpfs takes root")
            defer { umount2(folder.path, Int32(MNT_DETACH)) }
            let path = folder.appending(path: "entries.db").path
            let ballast = folder.appending(path: "ballast")
            try Data(repeating: 1, count: 1 << 20).write(to: ballast)
            try await withLogger(["grpc"], arguments: ["--database", path]) { logger in
                struct Answer: Decodable {
                    var acked: Int
                    var failed: Int
                }
                func load(_ run: String, count: Int, bytes: Int) async throws -> (Answer, String) {
                    let finished = try await runProgram(
                        .brokerlab,
                        [
                            "send", "--transport", "grpc", "--to", logger.targets["grpc"]!, "--name", "n", "--run", run,
                            "--payload-bytes", "\(bytes)", "--count", "\(count)", "--in-flight", "64", "--json",
                            "--patience", "0",
                        ])
                    return (try finished.decoded(Answer.self), finished.errors.text + finished.output.text)
                }
                let (full, said) = try await load("full", count: 2000, bytes: 2000)
                #expect(full.failed > 0 && full.acked > 0)
                #expect(said.contains("is full; make room on it"), "\(said)")
                // The last of them may have found a place that one before it had left; this one finds none.
                let (large, _) = try await load("large", count: 1, bytes: 2_500_000)
                #expect(large.failed == 1)
                #expect(try await logger.isHealthy() == false)
                let stored = try await entries(path, "--limit", "10000").count
                #expect(stored >= full.acked)
                try FileManager.default.removeItem(at: ballast)
                let sent = try await send("grpc", to: logger.targets["grpc"]!, count: 1)
                #expect(sent.exitCode == 0, "\(sent.errors.text)")
                #expect(try await logger.isHealthy())
                #expect(try await entries(path, "--limit", "10000").count == stored + 1)
            }
        }
    }

    @Test("files that may not become larger: refusals say why, and it goes on when they may")
    func largestFiles() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "entries.db").path
            try await withLogger(["http"], arguments: ["--database", path]) { logger in
                func limit(_ fileSize: String) async throws {
                    let arguments = ["--pid", "\(logger.program.processID)", "--fsize=\(fileSize)"]
                    #expect(try await runProgram(Program(path: "/usr/bin/prlimit"), arguments).exitCode == 0)
                }
                #expect(try await send("http", to: logger.targets["http"]!, count: 3).exitCode == 0)
                // The soft limit, as of a disk that is full.
                try await limit("0:")
                let refused = try await send("http", to: logger.targets["http"]!, count: 1)
                let said = refused.errors.text + refused.output.text
                #expect(refused.exitCode != 0 && said.contains("as large as the logger's files may be"), "\(said)")
                #expect(try await logger.isHealthy() == false)
                try await limit("unlimited:")
                #expect(try await send("http", to: logger.targets["http"]!, count: 1).exitCode == 0)
                #expect(try await logger.isHealthy())
                #expect(try await entries(path).count == 4)
            }
        }
    }
}
