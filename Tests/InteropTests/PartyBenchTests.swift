import Foundation
import Testing

/// `bench --brokers --loggers`: the parties that ship, as brokers and as loggers.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct PartyBenchTests {
    private static func arguments(_ transports: String, out: URL, _ more: [String]) -> [String] {
        [
            "bench", "--transport", transports, "--duration", "0.15", "--warmup", "0.05", "--rounds", "1",
            "--payload-bytes", "100", "--in-flight", "4", "--connections", "2", "--quiet", "--out",
            out.appending(path: "out").path,
        ] + more
    }

    private static let swiftAndGo = ["--brokers", "swift,go", "--loggers", "swift,go", "--pairs", "all"]

    /// A party, and what it speaks.
    struct Contract: Sendable, CustomTestStringConvertible {
        var party: Program
        var transports: String
        var more: [String] = []

        var testDescription: String { ([URL(filePath: party.path).lastPathComponent] + more).joined(separator: " ") }

        /// Those of C++, Java and Rust where they are built: their compilers are no part of the tests.
        static let all =
            atBestAndDefaults(.partyGo, "http,http:http2,netrpc,grpc") + atBestAndDefaults(.partyPython, "http,grpc")
            + [Contract(party: .partyC, transports: "tcp,http,grpc")]
            + [
                atBestAndDefaults(.partyCpp, "grpc"), atBestAndDefaults(.partyJava, "http,grpc"),
                atBestAndDefaults(.partyRust, "http,grpc"),
            ].joined().filter(\.party.exists)

        private static func atBestAndDefaults(_ party: Program, _ transports: String) -> [Contract] {
            [[], ["--defaults"]].map { Contract(party: party, transports: transports, more: $0) }
        }
    }

    @Test(
        "A party keeps the contract, at its best and at its defaults", .needs(.partyGo, .partyPython, .partyC),
        arguments: Contract.all)
    func contract(_ contract: Contract) async throws {
        for (role, half) in [("--logger", "logger"), ("--broker", "broker")] {
            let finished = try await runProgram(
                .brokerlab,
                ["check-party", role, "--transport", contract.transports, "--", contract.party.path, half]
                    + contract.more)
            #expect(finished.exitCode == 0, "\(finished.output.text)\(finished.errors.text)")
            // How long answers take is noted, and the machine is busy.
            #expect(
                finished.output.lines.allSatisfy { $0.hasPrefix("ok ") || $0.contains("acknowledgements took longer") },
                "\(finished.output.text)")
        }
    }

    /// A party beside this project's own halves, and what both speak.
    struct Crossing: Sendable, CustomTestStringConvertible {
        var party: String
        var transports: String

        var testDescription: String { party }
    }

    @Test(
        "Broker and logger in Swift and in another language, alike and crossed, with every entry accounted for",
        .needs(.partyGo, .partyPython, .partyC),
        arguments: [
            Crossing(party: "go", transports: "http,netrpc,grpc,amqp"),
            Crossing(party: "python", transports: "http,grpc,amqp"),
            Crossing(party: "c", transports: "tcp,http,grpc"),
        ])
    func crossed(_ crossing: Crossing) async throws {
        try await withTemporaryFolder { folder in
            let started = StartedProcesses()
            let who = [
                "--brokers", "swift,\(crossing.party)", "--loggers", "swift,\(crossing.party)", "--pairs", "all",
            ]
            let finished = try await runProgram(
                .brokerlab.with(environment: started.environment),
                Self.arguments(crossing.transports, out: folder, who), limit: .seconds(90))
            // One round decides nothing.
            #expect([0, 3].contains(finished.exitCode), "\(finished.output.text)\(finished.errors.text)")
            #expect(try await started.areGone(StartedProcesses.Observed()))
            let rows = try ResultsCSV(contentsOf: folder.appending(path: "out/results.csv")).rows
            // Each pair has a control.
            let count = crossing.transports.split(separator: ",").count
            #expect(rows.count == 4 * (count + 1))
            for row in rows { expectAccounted(row) }
            let cells = rows.map {
                "\($0["broker_setting"] ?? "") \($0["logger_setting"] ?? "") \($0["transport"] ?? "")"
            }
            #expect(Set(cells).count == 4 * count)
            // What was written is read again.
            let again = try await runProgram(.brokerlab, ["report", folder.appending(path: "out").path])
            #expect(again.exitCode == 0 && again.output.text.contains("from swift to \(crossing.party)"))
        }
    }

    private func expectAccounted(_ row: [String: String]) {
        let reasons = (row["invalid_reason"] ?? "").components(separatedBy: "; ")
        #expect(row["valid"] == "true" || reasons.allSatisfy { $0.hasPrefix("audit: ") }, "\(row)")
        #expect(row["sent"] == row["acked"] && row["acked"] == row["delivered"] && row["acked"] != "0", "\(row)")
        #expect(row["lost"] == "0" && row["duplicated"] == "0", "\(row)")
        #expect(row["corrupt"] == ((row["logger_setting"] ?? "").hasPrefix("python") ? "" : "0"), "\(row)")
        // Of too few entries no percentile is given.
        let isGiven = row["delivered_p50_us"] != "" || Int(row["acked"] ?? "") ?? 0 < 100
        #expect(row["reconciled"] == "true" && isGiven, "\(row)")
        #expect(row["broker_impl"] == row["broker_setting"] && row["logger_impl"] == row["logger_setting"], "\(row)")
        #expect(row["broker_impl_version"] != "" && row["logger_impl_version"] != "", "\(row)")
        #expect(Double(row["broker_cpu_us_per_msg"] ?? "") ?? 0 > 0, "\(row)")
    }

    @Test(
        "What a party does not speak is measured without it, and said; where nothing is left, it is refused",
        .needs(.partyGo))
    func unspoken() async throws {
        try await withTemporaryFolder { folder in
            let some = try await runProgram(.brokerlab, Self.arguments("tcp,http", out: folder, Self.swiftAndGo))
            #expect([0, 3].contains(some.exitCode), "\(some.errors.text)")
            #expect(
                some.errors.lines.contains("not measured with go, which does not speak it: tcp"), "\(some.errors.text)")
            let rows = try ResultsCSV(contentsOf: folder.appending(path: "out/results.csv")).rows
            #expect(rows.count { $0["transport"] == "http" && $0["role"] == "cell" } == 4)
            #expect(rows.filter { $0["transport"] == "tcp" }.allSatisfy { $0["logger_impl"] == "swift" })
            let none = try await runProgram(.brokerlab, Self.arguments("tcp", out: folder, Self.swiftAndGo))
            #expect(none.exitCode == 64 && none.errors.text.contains("go speaks http, "), "\(none.errors.text)")
        }
    }

    @Test("Where a party is missing one line says what builds it, and the other cells are measured")
    func missing() async throws {
        try await withTemporaryFolder { folder in
            // A program that lies elsewhere has nothing built beside it.
            let program = Program(path: folder.appending(path: "brokerlab").path, environment: ["PATH": "/nowhere"])
            try FileManager.default.copyItem(atPath: Program.brokerlab.path, toPath: program.path)
            let some = try await runProgram(program, Self.arguments("http", out: folder, Self.swiftAndGo))
            #expect([0, 3].contains(some.exitCode), "\(some.errors.text)")
            let said = some.errors.lines.filter { $0.hasPrefix("left out: go is not built here.") }
            #expect(
                said == ["left out: go is not built here. Build it (Benchmarks/peers/build party-go)."],
                "\(some.errors.text)")
            let results = try ResultsCSV(contentsOf: folder.appending(path: "out/results.csv"))
            #expect(
                results.values(of: "broker_setting") == ["swift"] && results.values(of: "logger_setting") == ["swift"])
            let none = try await runProgram(
                program, Self.arguments("http", out: folder, ["--brokers", "go", "--loggers", "go"]))
            #expect(none.exitCode == 69 && none.errors.text.contains("Build it (Benchmarks/peers/build party-go)"))
        }
    }

    @Test("Who plays is named once")
    func refused() async throws {
        for others in [["--to", "http=127.0.0.1:1"], ["--logger-command", "true"], ["--broker-command", "true"]] {
            let finished = try await runProgram(
                .brokerlab, ["bench", "--transport", "http"] + Self.swiftAndGo + others)
            #expect(finished.exitCode == 64, "\(finished.errors.text)")
            #expect(
                finished.errors.text.contains("leave them out, or --brokers and --loggers"), "\(finished.errors.text)")
        }
    }
}
