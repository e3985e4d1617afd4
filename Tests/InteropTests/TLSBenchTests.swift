import Foundation
import Subprocess
import Testing

/// `bench --tls`, from the outside: certificates that are made for a run, and what is left of them.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct TLSBenchTests {
    private static func arguments(_ tls: String, _ transports: String, _ more: [String] = [], out: URL) -> [String] {
        [
            "bench", "--transport", transports, "--tls", tls, "--duration", "0.05", "--warmup", "0.02", "--rounds", "1",
            "--payload-bytes", "100", "--in-flight", "8", "--quiet", "--out", out.appending(path: "out").path,
        ] + more
    }

    /// Runs `body` with a folder for results, and with a program whose temporary files go to an empty one, which it is to be again.
    private func withBench(_ body: (_ program: Program, _ out: URL) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let temporary = folder.appending(path: "tmp")
            try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
            try await body(.brokerlab.with(environment: ["TMPDIR": temporary.path]), folder)
            #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path).isEmpty)
        }
    }

    @Test(
        "Every transport over TLS 1.3, over TCP and over Unix sockets, with every entry accounted for; nothing is left")
    func allTransports() async throws {
        try await withBench { program, folder in
            let started = StartedProcesses()
            let finished = try await runProgram(
                program.with(environment: started.environment),
                Self.arguments(
                    "on", "tcp,netrpc,grpc,grpc:stream,http,http:http2,amqp,amqp:reply", ["--socket", "tcp,unix"],
                    out: folder), limit: .seconds(90))
            // Few entries and one round decide nothing.
            #expect([0, 3].contains(finished.exitCode), "\(finished.errors.text)")
            #expect(try await started.areGone(StartedProcesses.Observed()))
            let results = try ResultsCSV(contentsOf: folder.appending(path: "out/results.csv"))
            // A control over each kind of sockets, and no amqp over Unix sockets.
            #expect(results.rows.count == 9 + 7)
            for row in results.rows {
                let reasons = (row["invalid_reason"] ?? "").components(separatedBy: "; ")
                #expect(row["valid"] == "true" || reasons.allSatisfy { $0.hasPrefix("audit: ") }, "\(row)")
                #expect(!reasons.contains { $0.contains("TLS") }, "\(row)")
                #expect(row["delivered"] == row["acked"] && row["lost"] == "0" && row["acked"] != "0", "\(row)")
                #expect(row["tls_setting"] == "on" && row["tls"] == "true" && row["tls_version"] == "TLSv1.3", "\(row)")
                #expect(
                    ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]
                        .contains(row["tls_cipher"]), "\(row)")
            }
            #expect(
                try ResultsCSV(contentsOf: folder.appending(path: "out/summary.csv")).values(of: "tls_setting") == [
                    "on"
                ])
        }
    }

    @Test(
        "In cleartext, over TLS and over mutual TLS, the table says what they come to; in cleartext nothing was agreed upon"
    )
    func both() async throws {
        try await withBench { program, folder in
            let finished = try await runProgram(
                program, Self.arguments("off,on,mutual", "tcp,amqp", ["--rounds", "2"], out: folder),
                limit: .seconds(80))
            #expect([0, 3].contains(finished.exitCode), "\(finished.errors.text)")
            let rows = try ResultsCSV(contentsOf: folder.appending(path: "out/results.csv")).rows
            #expect(rows.count == 18)
            for row in rows where row["tls_setting"] == "off" {
                #expect(row["tls"] == "false" && row["tls_version"] == "" && row["tls_cipher"] == "", "\(row)")
            }
            for row in rows where row["tls_setting"] != "off" { #expect(row["tls_version"] == "TLSv1.3", "\(row)") }
            // A record's header, its type and its tag are 22 bytes (RFC 8446, 5.2), which several entries may share.
            func bytes(_ tls: String) -> [Double] {
                rows.filter { $0["tls_setting"] == tls && $0["transport"] == "tcp" }
                    .compactMap { Double($0["wire_tx_bytes_per_msg"] ?? "") }
            }
            for tls in ["on", "mutual"] { #expect(try #require(bytes(tls).min()) > #require(bytes("off").max())) }
            let isUndisturbed = rows.allSatisfy { $0["valid"] == "true" }
            for difference in ["over TLS, 100 B", "over mutual TLS, 100 B"] {
                #expect(finished.output.text.contains(difference) || !isUndisturbed)
            }
            // What was written is read again.
            let again = try await runProgram(.brokerlab, ["report", folder.appending(path: "out").path])
            #expect(again.exitCode == 0 && again.output.text.contains("8 in flight, closed loop, over TLS"))
            #expect(again.output.text.contains("8 in flight, closed loop, over mutual TLS"))
        }
    }

    @Test("Ctrl-C in the middle leaves no certificate")
    func interrupted() async throws {
        try await withBench { program, folder in
            let started = StartedProcesses()
            let arguments = Self.arguments("on", "tcp", ["--rounds", "1000"], out: folder).filter { $0 != "--quiet" }
            let finished = try await withProgram(
                program.with(environment: started.environment), arguments, limit: .seconds(60), isStopped: false
            ) { bench in
                _ = try await bench.errors.wait(for: "a cell") { lines in
                    lines.contains { $0.contains("over TLS") } ? true : nil
                }
                try bench.signal(.interrupt)
            }
            #expect(finished.exitCode == 130, "\(finished.errors.text)")
            #expect(try await started.areGone(StartedProcesses.Observed()))
        }
    }

    @Test("What is given speaks as it does, a RabbitMQ or a logger: with --tls it is refused")
    func given() async throws {
        try await withBench { program, folder in
            let more = ["--amqp", "amqp://guest:guest@127.0.0.1:1"]
            let finished = try await runProgram(program, Self.arguments("off,on", "tcp,amqp", more, out: folder))
            #expect(finished.exitCode == 64 && finished.errors.text.contains("What --amqp names speaks TLS or not"))
            #expect(finished.errors.text.contains("leave out --tls"))
            for others in [["--to", "tcp=127.0.0.1:1"], ["--logger-command", "exit 1"]] {
                let refused = try await runProgram(program, Self.arguments("off,on", "tcp", others, out: folder))
                #expect(refused.exitCode == 64 && refused.errors.text.contains("leave out --tls"), "\(others)")
            }
        }
    }

    @Test("Without openssl one line says what to install, and the other cells are measured")
    func withoutOpenSSL() async throws {
        try await withBench { program, folder in
            let program = program.with(environment: ["PATH": "/nowhere"])
            let some = try await runProgram(program, Self.arguments("off,on", "tcp", out: folder))
            #expect([0, 3].contains(some.exitCode), "\(some.errors.text)")
            let said = some.errors.lines.filter { $0.hasPrefix("TLS is left out: openssl is not installed") }
            #expect(said.count == 1 && said[0].contains("apt-get install openssl"), "\(some.errors.text)")
            let results = try ResultsCSV(contentsOf: folder.appending(path: "out/results.csv"))
            #expect(results.values(of: "tls_setting") == ["off"])
            let none = try await runProgram(program, Self.arguments("on", "tcp", out: folder))
            #expect(none.exitCode == 69 && none.errors.text.contains("there can be no TLS: openssl is not installed"))
            // A threshold that nothing is held against is not met.
            let suite = folder.appending(path: "suite.yaml")
            try Data("tls: [off, on]\nthresholds:\n  - where: {tls: on}\n    max_ack_p99_us: 1000000\n".utf8).write(
                to: suite)
            let held = try await runProgram(
                program, Self.arguments("off,on", "tcp", out: folder) + ["--suite", suite.path])
            #expect(
                held.exitCode == 69 && held.errors.text.contains("has nothing to hold: TLS is left out"),
                "\(held.errors.text)")
        }
    }
}
