import Foundation
import Subprocess
import Testing

/// `bench --network` and `link`, from the outside: real links between real processes, and what is left of them.
@Suite(.serialized, .timeLimit(.minutes(3)), .link)
struct NetworkTests {
    private static func arguments(_ network: String, _ more: [String] = [], rounds: Int = 1, out: URL) -> [String] {
        [
            "bench", "--network", network, "--duration", "1", "--warmup", "0.1", "--rounds", "\(rounds)",
            "--payload-bytes", "100", "--in-flight", "8", "--out", out.path,
        ] + more
    }

    /// How the program is run.
    enum User: String, CaseIterable {
        case root
        /// Without what it takes to make namespaces but in a user namespace.
        case userNamespace

        func program(_ started: StartedProcesses) -> Program {
            let program = Program.brokerlab.with(environment: started.environment)
            guard self == .userNamespace, geteuid() == 0 else { return program }
            return Program(
                path: "/usr/bin/setpriv", arguments: ["--bounding-set=-sys_admin", "--", program.path],
                environment: program.environment)
        }
    }

    @Test(
        "A cell with delay, jitter, a rate and losses has every entry accounted for, and leaves nothing",
        arguments: User.allCases)
    func cells(_ user: User) async throws {
        try await withTemporaryFolder { folder in
            let network = "rtt_ms=10+rate_mbit=50+loss_pct=2+jitter_ms=1"
            let started = StartedProcesses()
            var observed = StartedProcesses.Observed()
            let finished = try await withProgram(
                user.program(started),
                // With this seed an early packet is lost, before TCP has sent many.
                Self.arguments(network, ["--transport", "tcp,grpc", "--seed", "1"], out: folder), limit: .seconds(90)
            ) { bench in
                observed = try await started.observe(bench)
            }
            // Few entries and one round decide nothing.
            #expect([0, 3].contains(finished.exitCode), "\(finished.errors.text)")
            #expect(try await started.areGone(observed))
            let results = try ResultsCSV(contentsOf: folder.appending(path: "results.csv"))
            #expect(results.values(of: "network") == [network])
            #expect(results.rows.count == 3)
            for row in results.rows {
                let reasons = (row["invalid_reason"] ?? "").components(separatedBy: "; ")
                #expect(row["valid"] == "true" || reasons.allSatisfy { $0.hasPrefix("audit: ") }, "\(row)")
                #expect(row["lost"] == "0" && row["duplicated"] == "0" && row["corrupt"] == "0", "\(row)")
                #expect(row["sent"] == row["acked"] && row["sent"] == row["delivered"], "\(row)")
                func number(_ column: String) -> Double { Double(row[column] ?? "") ?? -1 }
                #expect(number("acked") > 0)
                #expect(row["rtt_ms"] == "10.000" && row["loss_pct"] == "2.000")
                // No entry is answered before a packet has gone there and back.
                #expect(number("ack_p50_us") >= 10_000, "\(row)")
                #expect(number("link_packets") > number("link_lost_packets") && number("link_lost_packets") > 0)
                #expect(number("link_device_drops") == 0 && number("link_queue_drops") == 0)
                #expect(number("link_lateness_p99_us") >= number("link_lateness_p50_us") && number("link_cpu_pct") > 0)
            }
        }
    }

    @Test("SIGKILL in the middle leaves no process, and so no device and no namespace")
    func killed() async throws {
        try await withTemporaryFolder { folder in
            let started = StartedProcesses()
            var observed = StartedProcesses.Observed()
            _ = try await withProgram(
                .brokerlab.with(environment: started.environment),
                Self.arguments("rtt_ms=1", ["--transport", "tcp"], rounds: 1000, out: folder), limit: .seconds(60),
                isStopped: false
            ) { bench in
                _ = try await bench.errors.wait(for: "a cell") { lines in
                    lines.contains { $0.contains("over rtt_ms=1") } ? true : nil
                }
                observed.processes = started.running(under: bench.processID)
                try bench.signal(.kill)
            }
            // The link, two loggers and two load generators.
            #expect(observed.processes.count >= 5, "\(observed.processes)")
            #expect(try await started.areGone(observed))
        }
    }

    @Test("What is no network is refused with those that have a name")
    func unknown() async throws {
        try await withTemporaryFolder { folder in
            let unknown = try await runProgram(.brokerlab, Self.arguments("moon", out: folder))
            #expect(unknown.exitCode == 64)
            #expect(
                unknown.errors.text.contains("Error: --network: there is no network 'moon'; allowed: loopback, lan"))
        }
    }

    @Test("Where no link can be made one line says why, and what needs none is measured")
    func withoutLinks() async throws {
        // A limit of no namespaces, in a user namespace that has nothing to say outside.
        let limited = Program(
            path: "/usr/bin/unshare",
            arguments: [
                "--user", "--map-root-user", "--", "/bin/sh", "-c",
                "echo 0 >/proc/sys/user/max_net_namespaces && exec \"$0\" \"$@\"", Program.brokerlab.path,
            ])
        try await withTemporaryFolder { folder in
            let some = try await runProgram(
                limited, Self.arguments("loopback,lan", ["--transport", "tcp", "--quiet"], out: folder))
            #expect([0, 3].contains(some.exitCode), "\(some.errors.text)")
            #expect(some.errors.lines.contains { $0.hasPrefix("lan is left out: no link can be made here; ") })
            let results = try ResultsCSV(contentsOf: folder.appending(path: "results.csv"))
            #expect(results.values(of: "network") == ["loopback"])
            let none = try await runProgram(
                limited, Self.arguments("lan", ["--transport", "tcp"], out: folder.appending(path: "none")))
            #expect(none.exitCode == 69 && none.errors.text.contains("no link can be made here"))
        }
    }

    /// What `link` prints first.
    private struct Ends: Decodable {
        var ready: Bool
        var pid: Int32
        var logger: String
        var loggerAddress: String
    }

    /// What it prints for each order, and at its end.
    private struct Account: Decodable {
        var elapsedUs: Double
        var toLogger: Way

        struct Way: Decodable {
            var packets: Int
        }
    }

    @Test("A link by itself says how it is entered, gives an account for each order and at its end")
    func link() async throws {
        let finished = try await runProgram(
            .brokerlab, ["link", "wan"], input: "{\"seed\":5}\nnonsense\n{\"seed\":6}\n")
        #expect(finished.exitCode == 0, "\(finished.errors.text)")
        let lines = finished.output.lines
        #expect(lines.count == 4, "\(lines)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let ends = try decoder.decode(Ends.self, from: Data(lines[0].utf8))
        #expect(ends.ready && ends.logger.hasPrefix("/proc/\(ends.pid)/fd/") && ends.loggerAddress == "198.18.0.2")
        for line in lines.dropFirst() {
            let account = try decoder.decode(Account.self, from: Data(line.utf8))
            #expect(account.elapsedUs >= 0 && account.toLogger.packets == 0)
        }
        let none = try await runProgram(.brokerlab, ["link", "loopback"])
        #expect(none.exitCode == 64 && none.errors.text.contains("loopback has no link"))
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips a test where no link can be made; in CI that is a failure, and nothing is skipped.
    static var link: Self {
        .enabled("no link can be made here: run the tests as root, with /dev/net/tun") {
            if ProcessInfo.processInfo.environment["CI"] != nil { return true }
            return try await runProgram(.brokerlab, ["link", "rtt_ms=0"]).exitCode == 0
        }
    }
}
