import Foundation
import MachineTestKit
import Testing

/// Other programs as the logger and the broker of `bench`, and what `check-party` says of them.
@Suite(.timeLimit(.minutes(3)))
struct PartyTests {
    /// A fault of a program, and the words that name it.
    struct Fault: Sendable, CustomTestStringConvertible {
        var name: String
        /// How the lines begin that say so; nothing where all is as it should be.
        var findings: [String]

        init(_ name: String, _ findings: String...) { (self.name, self.findings) = (name, findings) }

        var testDescription: String { name }
    }

    @Test(
        "check-party names what a logger does wrong", .needs(.python("party_logger")),
        arguments: [
            Fault("none"), Fault("no-ledger"),
            Fault("drop", "fails  http .* acknowledged entries did not arrive"),
            Fault("duplicate", "fails  http .* entries arrived more than once"),
            Fault("delay", "fails  http .* entries were acknowledged before they were recorded"),
            Fault("lie", "fails  ledger .* of the entries 0, 1, 1, 3, 2 it counts received 5, unique 5, duplicated 0"),
            Fault("wrong", "fails  http .* entries failed"),
            Fault("garbage", "fails  output .* 1 line of its standard output is no JSON, the first: 'Starting up ...'"),
            Fault("never-ready", "fails  ready .* was not ready within .* It is to print .\"ready\":true"),
            Fault("early", "fails  ready .* ended before it was ready .exit code 1.. Its last words: no licence$"),
            Fault("exit", "fails  stays .* ended by itself, in the middle .exit code 3.. Its last words: out of disk"),
            Fault("ignore-end", "fails  end of input .* it goes on .* after its standard input ended"),
            Fault("ignore-term", "fails  SIGTERM .* after SIGTERM, and was killed"),
        ])
    func logger(_ fault: Fault) async throws {
        try await expect(fault, "--logger", "party_logger")
    }

    @Test(
        "check-party names what a load generator does wrong", .needs(.python("party_broker")),
        arguments: [
            Fault("none"),
            Fault("drop", "fails  http .* acknowledged entries did not arrive"),
            Fault("duplicate", "fails  http .* entries arrived more than once"),
            Fault("delay", "fails  http .* says that it measured [0-9.]+ s, and its marks are [0-9.]+ s apart"),
            Fault("lie", "fails  http .* cannot be trusted: the load generator counted"),
            Fault(
                "garbage", "fails  output .* 2 lines of its standard output are no JSON, the first: 'that went well'"),
            Fault("never-ready", "fails  ready .* was not ready within .* It is to print .\"ready\":true"),
            Fault("early", "fails  ready .* ended before it was ready .exit code 1.. Its last words: no licence$"),
            Fault(
                "exit", "fails  http .* ended in the middle of the cell .exit code 3.. Its last words: out of memory"),
            Fault("ignore-end", "fails  end of input .* it goes on .* after its standard input ended"),
            Fault("ignore-term", "fails  SIGTERM .* after SIGTERM, and was killed"),
        ])
    func broker(_ fault: Fault) async throws {
        try await expect(fault, "--broker", "party_broker")
    }

    func expect(_ fault: Fault, _ role: String, _ peer: String) async throws {
        let python = Program.python(peer)
        // What never comes is waited for; a program that starts on a busy machine has more time.
        let limit = ["never-ready": "0.3", "ignore-end": "1.5", "ignore-term": "1.5"][fault.name] ?? "10"
        let finished = try await runProgram(
            .brokerlab.with(environment: python.environment),
            ["check-party", role, "--transport", "http", "--limit", limit, "--", python.path] + python.arguments
                + ["--fault", fault.name])
        let lines = finished.output.lines
        #expect(finished.exitCode == (fault.findings.isEmpty ? 0 : 1), "\(finished.output.text)\(finished.errors.text)")
        #expect(lines.contains { $0.hasPrefix("fails") } == !fault.findings.isEmpty, "\(finished.output.text)")
        for finding in fault.findings {
            let pattern = try Regex(finding)
            #expect(lines.contains { $0.firstMatch(of: pattern) != nil }, "\(finished.output.text)")
        }
        if fault.name == "no-ledger" {
            #expect(lines.contains { $0.hasPrefix("note   ledger") && $0.hasSuffix("reconciled=false") })
        }
    }

    @Test("This program's own halves keep the contract that others are held against")
    func ownHalves() async throws {
        let own = Program.brokerlab.path
        for (role, party) in [("--logger", ["logger", "--exit-with-stdin"]), ("--broker", ["generate"])] {
            let finished = try await runProgram(.brokerlab, ["check-party", role, "--", own] + party)
            #expect(finished.exitCode == 0, "\(finished.output.text)\(finished.errors.text)")
            #expect(finished.output.lines.allSatisfy { $0.hasPrefix("ok ") }, "\(finished.output.text)")
        }
        let none = try await runProgram(.brokerlab, ["check-party"])
        #expect(none.exitCode == 64 && none.errors.text.contains("-- node logger.js"))
        let queued = try await runProgram(.brokerlab, ["check-party", "--transport", "amqp", "--", "true"])
        #expect(queued.exitCode == 64)
    }

    @Test("The article's logger in Node, and a load generator in Python, are measured with every entry accounted for")
    func commands() async throws {
        try await withTemporaryFolder { folder in
            let script = folder.appending(path: "logger.js")
            let code = try Self.article().components(separatedBy: "```javascript\n").dropFirst().first?
                .components(separatedBy: "```").first
            try #require(code).write(to: script, atomically: true, encoding: .utf8)
            #expect(try #require(code).split(separator: "\n").count <= 60)
            let check = try await runProgram(
                .brokerlab, ["check-party", "--transport", "http", "--", "/usr/bin/node", script.path])
            #expect(check.exitCode == 0, "\(check.output.text)\(check.errors.text)")

            let python = Program.python("party_broker")
            let rows = try await bench(
                [
                    "--transport", "http", "--logger-command", "node '\(script.path)'", "--broker-command",
                    ([python.path] + python.arguments).joined(separator: " "),
                ], in: folder, environment: python.environment)
            #expect(rows.count == 2)
            for row in rows {
                expectDelivered(row)
                #expect(row["logger_impl"] == "node" && row["broker_impl"] == "python", "\(row)")
                #expect(row["logger_impl_version"]?.contains(".") == true && row["broker_impl_version"] == "3")
                #expect(row["reconciled"] == "true" && row["delivered"] == row["acked"] && row["lost"] == "0")
                #expect(row["corrupt"] == "" && row["store"] == "memory")
                #expect(Double(row["logger_cpu_us_per_msg"] ?? "") ?? 0 > 0)
                #expect(Int(row["logger_rss_peak_bytes"] ?? "") ?? 0 > 1 << 20)
            }
        }
    }

    @Test("A logger that runs already is a black box: what was acknowledged is known of it, and nothing else")
    func blackBox() async throws {
        try await withTemporaryFolder { folder in
            try await withProgram(.python("http_server")) { server in
                let address = try await server.line(ListenLine.self).listen
                let rows = try await bench(["--to", "http=\(address)", "--transport", "tcp,http"], in: folder)
                let (own, others) = (
                    rows.filter { $0["transport"] == "tcp" }, rows.filter { $0["transport"] == "http" }
                )
                #expect(own.count == 2 && others.count == 1)
                for row in own {
                    expectDelivered(row)
                    #expect(row["reconciled"] == "true" && row["logger_impl"] == "swift" && row["delivered"] != "")
                }
                for row in others {
                    expectDelivered(row)
                    #expect(row["reconciled"] == "false" && row["logger_impl"] == address)
                    #expect(row["acked"] != "0" && (row["ack_p50_us"] != "" || Int(row["acked"] ?? "") ?? 0 < 100))
                    for column in [
                        "delivered", "lost", "duplicated", "logger_cpu_us_per_msg", "logger_pid",
                        "logger_rss_peak_bytes", "store",
                    ] {
                        #expect(row[column] == "", "\(column)")
                    }
                }
            }
        }
    }

    @Test("A black box that is not there, and a transport that a logger does not serve, cost their own cells")
    func lost() async throws {
        try await withTemporaryFolder { folder in
            let nobody = try ReservedPort()
            let rows = try await bench(
                ["--to", "http=\(nobody.address)", "--transport", "tcp,http"], in: folder, exit: [2])
            for row in rows where row["transport"] == "tcp" { expectDelivered(row) }
            let refused = try #require(rows.first { $0["transport"] == "http" })
            #expect(refused["invalid_reason"]?.contains("onnection refused") == true, "\(refused)")
        }
        try await withTemporaryFolder { folder in
            let python = Program.python("party_logger")
            let command = ([python.path] + python.arguments).joined(separator: " ")
            let rows = try await bench(
                ["--transport", "grpc,http", "--logger-command", command], in: folder, exit: [2],
                environment: python.environment)
            let missing = try #require(rows.first { $0["transport"] == "grpc" })
            #expect(missing["invalid_reason"]?.hasPrefix("the logger announced no address for 'grpc'.") == true)
            expectDelivered(try #require(rows.first { $0["transport"] == "http" }))
        }
    }

    @Test(
        "What cannot be had is told before anything is started",
        arguments: [
            (["--to", "http"], "NAME=HOST:PORT"), (["--to", "pigeon=127.0.0.1:1"], "There is no transport 'pigeon'"),
            (["--to", "amqp=127.0.0.1:1"], "--amqp"), (["--to", "http=nowhere"], "--to http=nowhere: "),
            (["--to", "http=127.0.0.1:1", "--transport", "grpc"], "--to names http, which --transport does not."),
            (["--to", "http=127.0.0.1:1", "--stores", "sqlite"], "leave out --stores"),
            (["--to", "http=127.0.0.1:1", "--logger-loops", "2"], "leave out --logger-loops"),
            (["--to", "http=127.0.0.1:1", "--placement", "one-cpu"], "leave out --socket, --network and --placement"),
            (["--logger-command", "true", "--transport", "http,amqp"], "--logger-command cannot play for amqp"),
            (["--logger-command", " "], "--logger-command takes a program"),
        ])
    func usage(_ arguments: [String], words: String) async throws {
        let finished = try await runProgram(.brokerlab, ["bench"] + arguments)
        #expect(finished.exitCode == 64 && finished.errors.text.contains(words), "\(finished.errors.text)")
    }

    /// The rows of a short benchmark.
    private func bench(
        _ arguments: [String], in folder: URL, exit: [Int] = [0, 3], environment: [String: String] = [:]
    ) async throws -> [[String: String]] {
        let out = folder.appending(path: "results")
        let finished = try await runProgram(
            .brokerlab.with(environment: environment),
            [
                "bench", "--duration", "0.2", "--warmup", "0.05", "--rounds", "1", "--payload-bytes", "100",
                "--in-flight", "4", "--connections", "2", "--out", out.path,
            ] + arguments)
        // One round decides nothing.
        #expect(exit.contains(finished.exitCode ?? -1), "\(finished.output.text)\(finished.errors.text)")
        return try ResultsCSV(contentsOf: out.appending(path: "results.csv")).rows
    }

    /// The audit may distrust what a busy machine measures; what was delivered is another matter.
    private func expectDelivered(_ row: [String: String]) {
        let reasons = (row["invalid_reason"] ?? "").components(separatedBy: "; ")
        #expect(row["valid"] == "true" || reasons.allSatisfy { $0.hasPrefix("audit: ") }, "\(row)")
        #expect(row["sent"] == row["acked"] && row["acked"] != "0", "\(row)")
    }

    private static func article() throws -> String {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/brokerlab/Documentation.docc")
        return try String(contentsOf: folder.appending(path: "Parties.md"), encoding: .utf8)
    }
}
