import Foundation
import Glibc
import PostgreSQLServer
import Testing

/// `brokerlab logger --database postgres://...`, and what becomes of its entries.
@Suite(.timeLimit(.minutes(3)))
struct PostgreSQLLoggerTests {
    /// A line of `brokerlab entries`.
    private struct Line: Decodable, Hashable {
        var id: Int
        var name: String
        var data: String
        var repeated: Bool?
    }

    private func entries(_ arguments: String...) async throws -> [Line] {
        let finished = try await runProgram(.brokerlab, ["entries"] + arguments)
        #expect(finished.exitCode == 0, "\(finished.errors.text)")
        return try finished.output.lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    }

    private func send(
        _ transport: String, _ logger: RunningLogger, name: String, count: Int, _ more: String...
    ) async throws -> FinishedProgram {
        let arguments = [
            "send", "--transport", transport, "--to", logger.targets[String(transport.prefix { $0 != ":" })]!, "--name",
            name,
            "--data", Sample.data, "--count", "\(count)",
        ]
        return try await runProgram(.brokerlab, arguments + more)
    }

    @Test("a full disk: refusals say why, nothing acknowledged is missing, and it goes on when there is room")
    func fullDisk() async throws {
        struct Answer: Decodable {
            var acked: Int
            var failed: Int
        }
        try await withPostgreSQL { server in
            let folder = server.folder + "/small"
            #expect(mkdir(folder, 0o700) == 0)
            try #require(mount("tmpfs", folder, "tmpfs", 0, "size=4m") == 0, "mounting a tmpfs takes root")
            defer { umount2(folder, Int32(MNT_DETACH)) }
            var status = stat()
            #expect(stat(server.folder + "/data", &status) == 0)
            #expect(chown(folder, status.st_uid, status.st_gid) == 0)
            try await query("CREATE TABLESPACE small LOCATION '\(folder)'", at: server.url)
            let url = server.url + "?options=-cdefault_tablespace%3Dsmall"
            try await withLogger(["grpc"], arguments: ["--database", url]) { logger in
                let more = ["--payload-bytes", "1500", "--in-flight", "64", "--json", "--patience", "0"]
                let full = try await runProgram(
                    .brokerlab,
                    ["send", "--transport", "grpc", "--to", logger.targets["grpc"]!, "--name", "n", "--count", "4000"]
                        + more)
                let answer = try full.decoded(Answer.self)
                #expect(answer.failed > 0 && answer.acked > 0)
                #expect((full.errors.text + full.output.text).contains("No space left on device"))
                #expect(try await logger.isHealthy() == false)
                #expect(try await entries(url, "--limit", "10000").count == answer.acked)
                #expect(mount("tmpfs", folder, "tmpfs", UInt(MS_REMOUNT), "size=64m") == 0)
                let sent = try await send("grpc", logger, name: "room", count: 1)
                #expect(sent.exitCode == 0, "\(sent.errors.text)")
                #expect(try await logger.isHealthy())
                #expect(try await entries(url, "--limit", "10000").count == answer.acked + 1)
            }
        }
    }

    @Test("entries of every transport outlive the logger, two of which share a table")
    func everyTransport() async throws {
        let transports = ["tcp", "netrpc", "grpc", "http"]
        try await withPostgreSQL(PostgreSQLOptions(access: ["local all guarded password"])) { server in
            try await query("CREATE ROLE guarded SUPERUSER LOGIN PASSWORD 'secret'", at: server.url)
            let url = server.url(user: "guarded", password: "secret")
            try await withLogger(transports, arguments: ["--database", url], isKilled: true) { first in
                try await withLogger(transports, arguments: ["--database", url]) { second in
                    for transport in transports + ["grpc:stream", "http:http2", "http:pipelined"] {
                        for logger in [first, second] {
                            let sent = try await send(transport, logger, name: transport, count: 10)
                            #expect(sent.exitCode == 0, "\(sent.errors.text)")
                        }
                    }
                    let health = try await second.answer("/health").output.text
                    #expect(health.contains("PostgreSQL"))
                    #expect(!health.contains("secret"))
                    #expect(try await entries(second.targets["http"]!, "--limit", "1000").count == 140)
                    for logger in [first, second] {
                        #expect(!(logger.program.output.text + logger.program.errors.text).contains("secret"))
                    }
                }
            }
            let stored = try await entries(url, "--limit", "1000")
            #expect(stored.map(\.id) == stored.map(\.id).sorted(by: >))
            #expect(stored.count == 140)
            #expect(stored.allSatisfy { $0.data == Sample.data && $0.repeated != true })
            #expect(try await entries(url, "--name", "grpc:stream").count == 20)
        }
    }

    private func query(_ statement: String, at url: String) async throws {
        let done = try await runProgram(Program(path: "/usr/bin/psql"), ["--quiet", url, "-c", statement])
        #expect(done.exitCode == 0, "\(done.errors.text)")
    }

    @Test("PostgreSQL is killed under load and started again: nobody notices but the log")
    func killedUnderLoad() async throws {
        try await withPostgreSQL { server in
            try await withLogger(["grpc"], arguments: ["--database", server.url]) { logger in
                async let load = send("grpc", logger, name: "load", count: 20_000, "--in-flight", "64", "--json")
                while try await entries(server.url, "--limit", "1").isEmpty {}
                try await server.kill()
                try await server.startAgain()
                let sent = try await load
                #expect(sent.exitCode == 0, "\(sent.errors.text)")
                let stored = try await entries(server.url, "--limit", "100000")
                #expect(stored.count == 20_000)
                #expect(!stored.contains { $0.repeated == true })
                let said = logger.program.errors.text
                #expect(
                    said.contains("entries are not stored: ") && said.contains("entries are stored again"), "\(said)")
            }
        }
    }

    @Test("a database that cannot be used ends the logger at once, with the reason")
    func unusable() async throws {
        let url = "postgres://me:secret@127.0.0.1:1/logs"
        for arguments in [["logger", "--tcp", "127.0.0.1:0", "--database", url], ["entries", url]] {
            let finished = try await runProgram(.brokerlab, arguments)
            #expect(finished.exitCode == 69)
            expectOneClearLine(
                finished, mentioning: ["cannot connect to PostgreSQL at me@127.0.0.1:1/logs", "refused"])
            #expect(!finished.errors.text.contains("secret"))
        }
    }

    @Test("doctor looks at a database and changes nothing")
    func doctor() async throws {
        try await withPostgreSQL { server in
            for _ in 0..<2 {
                let finished = try await runProgram(.brokerlab, ["doctor", "--database", server.url])
                #expect(
                    finished.output.text.contains("where a logger would make its tables"), "\(finished.output.text)")
            }
            try await withLogger(["tcp"], arguments: ["--database", server.url]) { _ in }
            let after = try await runProgram(.brokerlab, ["doctor", "--database", server.url])
            #expect(after.output.text.contains("PostgreSQL \(server.version)"))
            #expect(after.output.text.contains("with tables of version 1"))
        }
        let missing = try await runProgram(.brokerlab, ["doctor", "--database", "postgres://u:secret@127.0.0.1:1/d"])
        #expect(missing.exitCode == 69)
        #expect(missing.output.text.contains("cannot connect to PostgreSQL at u@127.0.0.1:1/d"))
        #expect(!missing.output.text.contains("secret"))
    }
}
