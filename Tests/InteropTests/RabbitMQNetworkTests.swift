import Foundation
import Subprocess
import Testing

/// `bench --network` with `amqp`, from the outside: a RabbitMQ at an end of a link, and what is left of it.
@Suite(.serialized, .timeLimit(.minutes(4)), .link)
struct RabbitMQNetworkTests {
    private static func arguments(_ transports: String, _ more: [String], out: URL) -> [String] {
        [
            "bench", "--transport", transports, "--duration", "0.5", "--warmup", "0.2", "--rounds", "1",
            "--payload-bytes", "100", "--in-flight", "8", "--out", out.path,
        ] + more
    }

    @Test("On both sides, in cleartext and over TLS, beside loopback: every entry accounted for, and nothing is left")
    func bothSides() async throws {
        try await withTemporaryFolder { folder in
            let started = StartedProcesses()
            var observed = StartedProcesses.Observed()
            let finished = try await withProgram(
                .brokerlab.with(environment: started.environment),
                Self.arguments(
                    "amqp", ["--network", "loopback,rtt_ms=10", "--rabbitmq-side", "logger,broker", "--tls", "off,on"],
                    out: folder), limit: .seconds(180)
            ) { bench in
                observed = try await started.observe(bench)
            }
            // Few entries and one round decide nothing.
            #expect([0, 3].contains(finished.exitCode), "\(finished.errors.text)")
            #expect(try await started.areGone(observed))
            let results = try ResultsCSV(contentsOf: folder.appending(path: "results.csv"))
            // A control each.
            #expect(results.rows.count == 12)
            for row in results.rows {
                func number(_ column: String) -> Double { Double(row[column] ?? "") ?? -1 }
                let reasons = (row["invalid_reason"] ?? "").components(separatedBy: "; ")
                #expect(row["valid"] == "true" || reasons.allSatisfy { $0.hasPrefix("audit: ") }, "\(row)")
                #expect(row["lost"] == "0" && row["duplicated"] == "0" && row["corrupt"] == "0", "\(row)")
                #expect(row["sent"] == row["acked"] && row["sent"] == row["delivered"] && row["acked"] != "0", "\(row)")
                #expect(number("queue_cpu_us_per_msg") > 0, "\(row)")
                #expect(row["peer_version"] != "", "\(row)")
                #expect(row["tls_version"] == (row["tls_setting"] == "on" ? "TLSv1.3" : ""), "\(row)")
                // A confirm takes the way there and back where the link is before RabbitMQ, and delivery its half in any case.
                switch (row["network"], row["rabbitmq_side"]) {
                case ("loopback", ""): break
                case ("rtt_ms=10", "logger"): #expect(number("ack_p50_us") >= 10_000, "\(row)")
                case ("rtt_ms=10", "broker"): #expect(number("delivered_p50_us") >= 5000, "\(row)")
                default: Issue.record("\(row)")
                }
            }
        }
    }

    @Test("SIGKILL leaves no RabbitMQ at the end of a link, and no folder of it")
    func killed() async throws {
        try await withTemporaryFolder { folder in
            let temporary = folder.appending(path: "tmp")
            try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
            let started = StartedProcesses()
            var observed = StartedProcesses.Observed()
            _ = try await withProgram(
                .brokerlab.with(environment: started.environment.merging(["TMPDIR": temporary.path]) { $1 }),
                Self.arguments(
                    "amqp", ["--network", "rtt_ms=1", "--rounds", "1000", "--rabbitmq-side", "broker"],
                    out: folder.appending(path: "out")), limit: .seconds(90), isStopped: false
            ) { bench in
                _ = try await bench.errors.wait(for: "a cell") { lines in
                    lines.contains { $0.contains("over rtt_ms=1") } ? true : nil
                }
                observed.processes = started.running(under: bench.processID)
                try bench.signal(.kill)
            }
            // The link, a logger, a load generator, RabbitMQ and its shell.
            #expect(observed.processes.count >= 5, "\(observed.processes)")
            // RabbitMQ is given the time that it takes to stop.
            var areGone = false
            for _ in 0..<15 where !areGone { areGone = try await started.areGone(observed) }
            #expect(areGone)
            #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path).isEmpty)
        }
    }

    @Test("A cluster, and what --amqp names, are on loopback: one line says so, and the others are measured")
    func refused() async throws {
        try await withTemporaryFolder { folder in
            let some = try await runProgram(
                .brokerlab,
                Self.arguments("tcp,amqp:cluster", ["--network", "rtt_ms=1", "--quiet"], out: folder))
            #expect([0, 3].contains(some.exitCode), "\(some.errors.text)")
            #expect(
                some.errors.lines.contains(
                    "amqp:cluster is left out over rtt_ms=1: the nodes of a cluster are on loopback, where no link leads"
                ),
                "\(some.errors.text)")
            let results = try ResultsCSV(contentsOf: folder.appending(path: "results.csv"))
            #expect(results.values(of: "transport") == ["tcp"] && results.values(of: "rabbitmq_side") == [""])
            let given = try await runProgram(
                .brokerlab,
                Self.arguments(
                    "amqp",
                    ["--network", "wan", "--rabbitmq-side", "broker", "--amqp", "amqp://guest:guest@127.0.0.1:1"],
                    out: folder.appending(path: "none")))
            #expect(
                given.exitCode == 64
                    && given.errors.text.contains(
                        "amqp is not measured over wan: what --amqp names is where it is, and no link leads there"),
                "\(given.errors.text)")
        }
    }
}
