import Foundation
import Testing

/// Loads over many connections, and what is said where there can be no so many.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct ManyConnectionsTests {
    private static func bench(_ connections: Int, _ transports: String, out: URL) -> [String] {
        [
            "bench", "--transport", transports, "--connections", "\(connections)", "--in-flight", "\(connections)",
            "--payload-bytes", "100", "--duration", "0.1", "--warmup", "0.05", "--rounds", "1", "--placement", "free",
            "--quiet", "--out", out.appending(path: "out").path,
        ]
    }

    /// The program where a process may have so many files open, root or not.
    private static func limited(_ files: Int) -> Program {
        Program(path: "/bin/sh", arguments: ["-c", #"ulimit -n \#(files); exec "$0" "$@""#, Program.brokerlab.path])
    }

    @Test("A thousand connections of tcp, and of http, with every entry accounted for")
    func thousand() async throws {
        try await withTemporaryFolder { folder in
            let finished = try await runProgram(
                .brokerlab, Self.bench(1000, "tcp,http", out: folder), limit: .seconds(100))
            // One round decides nothing.
            #expect([0, 3].contains(finished.exitCode), "\(finished.errors.text)")
            let results = try ResultsCSV(contentsOf: folder.appending(path: "out/results.csv"))
            // With the control.
            #expect(results.rows.count == 3)
            for row in results.rows {
                let reasons = (row["invalid_reason"] ?? "").components(separatedBy: "; ")
                #expect(row["valid"] == "true" || reasons.allSatisfy { $0.hasPrefix("audit: ") }, "\(row)")
                #expect(
                    row["connections"] == "1000" && row["lost"] == "0" && row["delivered"] == row["acked"], "\(row)")
                #expect((Int(row["acked"] ?? "") ?? 0) > 0, "\(row)")
            }
        }
    }

    @Test("What the limit of file descriptors has no room for is said before anything is started, with the command")
    func descriptors() async throws {
        try await withTemporaryFolder { folder in
            let line =
                "1000 connections at once take 1064 file descriptors, and a process may have 900 here. As root, 'ulimit -n 1064'"
            let bench = try await runProgram(Self.limited(900), Self.bench(1000, "tcp", out: folder))
            #expect(bench.exitCode == 69 && bench.errors.text.contains(line), "\(bench.errors.text)")
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "out").path))
            // A pool of HTTP/1.1 has a socket for each entry in flight.
            let send = try await runProgram(
                Self.limited(900),
                ["send", "--transport", "http", "--to", "127.0.0.1:1", "--data", "d", "--in-flight", "1000"])
            #expect(send.exitCode == 69 && send.errors.text.contains(line), "\(send.errors.text)")
        }
    }

    @Test("More than ten thousand are refused, with the reason")
    func tooMany() async throws {
        try await withTemporaryFolder { folder in
            let bench = try await runProgram(.brokerlab, Self.bench(10_001, "tcp", out: folder))
            #expect(bench.exitCode == 64 && bench.errors.text.contains("out of range; allowed: 1 to 10000"))
            let send = try await runProgram(
                .brokerlab,
                ["send", "--transport", "tcp", "--data", "d", "--connections", "10001", "--in-flight", "10001"])
            #expect(send.exitCode == 64)
            #expect(send.errors.text.contains("1 to 10000: each takes a file descriptor and a source port"))
        }
    }

    @Test("A hundred connections of send share what there is to send")
    func sending() async throws {
        try await withLogger(["grpc"]) { logger in
            let finished = try await runProgram(
                .brokerlab,
                [
                    "send", "--transport", "grpc", "--to", logger.targets["grpc"]!, "--data", "d", "--count", "1000",
                    "--connections", "100", "--run", "hundred",
                ])
            #expect(finished.exitCode == 0 && finished.output.text.contains("1000"), "\(finished.errors.text)")
        }
    }
}
