import Foundation
import Testing

/// `bench --through`: a broker between load generator and logger, this project's own and others'.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ThroughBenchTests {
    @Test("Over every transport each entry goes through the broker once and unchanged, and its CPU time is told")
    func allTransports() async throws {
        try await withTemporaryFolder { folder in
            let rows = try await bench(
                [
                    "--transport", "tcp,netrpc,grpc,grpc:stream,http,http:gob,amqp,amqp:reply", "--through",
                    "none,broker", "--timeline-ms", "100",
                ], in: folder, exit: [0, 1, 3])
            // The control comes twice, without the broker and with it.
            #expect(rows.count == 2 * (8 + 1))
            for row in rows {
                expectDelivered(row)
                #expect(row["reconciled"] == "true" && row["lost"] == "0" && row["duplicated"] == "0", "\(row)")
                #expect(row["corrupt"] == "0" && row["delivered"] == row["acked"], "\(row)")
                let isThrough = row["through"] == "broker"
                #expect(row["through_impl"] == (isThrough ? "swift" : ""))
                for column in ["through_cpu_us_per_msg", "through_rss_peak_bytes"] {
                    #expect(isThrough ? Double(row[column] ?? "") ?? 0 > 0 : row[column] == "", "\(column): \(row)")
                }
            }
            let bins = try ResultsCSV(contentsOf: folder.appending(path: "results/timeline.csv")).rows
            let through = Set(rows.filter { $0["through"] == "broker" }.compactMap { $0["run_id"] })
            #expect(bins.contains { through.contains($0["run_id"] ?? "") && $0["through_cpu_pct"] != "" })
            #expect(bins.allSatisfy { through.contains($0["run_id"] ?? "") || $0["through_cpu_pct"] == "" })
        }
    }

    @Test("At a rate, and with a logger that stores, the same holds")
    func stored() async throws {
        try await withTemporaryFolder { folder in
            let rows = try await bench(
                [
                    "--transport", "grpc", "--through", "broker", "--stores", "sqlite", "--rate", "500", "--placement",
                    "free",
                ], in: folder, exit: [0, 1, 3])
            #expect(rows.count == 2)
            for row in rows {
                expectDelivered(row)
                #expect(row["lost"] == "0" && row["ack_class"] == "stored" && row["through"] == "broker", "\(row)")
            }
        }
    }

    @Test(
        "Another program in the middle is named for what it does, and costs its own cells only",
        .needs(.python("party_through")),
        arguments: [
            ("none", ""), ("drop", "acknowledged entries did not arrive through python"),
            ("duplicate", "entries arrived more than once through python"),
            ("change", "entries arrived corrupt through python"),
            (
                "exit",
                "the broker in the middle ended while the cell was measured (exit code 3). Its last words: out of disk"
            ),
            (
                "early", "the broker in the middle ended before it was ready (exit code 1). Its last words: no licence"
            ),
            ("silent", "the broker in the middle did not say where it listens. It is to print {\"listen\":"),
        ])
    func others(_ fault: String, _ words: String) async throws {
        try await withTemporaryFolder { folder in
            let python = Program.python("party_through")
            let command = ([python.path] + python.arguments + ["--fault", fault]).joined(separator: " ")
            let rows = try await bench(
                ["--transport", "http", "--through", "none,broker", "--through-command", command], in: folder,
                exit: fault == "none" ? [0, 1, 3] : [2], environment: python.environment)
            #expect(rows.count == 4)
            for row in rows where row["through"] == "none" || fault == "none" { expectDelivered(row) }
            for row in rows where row["through"] == "broker" {
                let reason = (row["invalid_reason"] ?? "").split(separator: " ").joined(separator: " ")
                #expect(fault == "none" || reason.contains(words), "\(row)")
                #expect(["early", "silent"].contains(fault) || row["through_impl"] == "python", "\(row)")
                #expect(row["broker_impl"] == "swift" || ["early", "silent"].contains(fault))
            }
        }
    }

    @Test(
        "check-party names what a program in the middle does wrong", .needs(.python("party_through")),
        arguments: [
            PartyTests.Fault("none"),
            .init("drop", "fails  http .* acknowledged entries did not arrive"),
            .init("duplicate", "fails  http .* entries arrived more than once"),
            .init("change", "fails  http .* entries arrived corrupt"),
            .init("garbage", "fails  output .* 1 line of its standard output is no JSON, the first: 'Starting up ...'"),
            .init("never-ready", "fails  ready .* was not ready within .* It is to print .\"ready\":true"),
            .init("silent", "fails  ready .* did not say where it listens"),
            .init("early", "fails  ready .* ended before it was ready .exit code 1.. Its last words: no licence$"),
            .init(
                "exit", "fails  http .* ended while the cell was measured .exit code 3.. Its last words: out of disk"),
            .init("ignore-end", "fails  end of input .* it goes on .* after its standard input ended"),
            .init("ignore-term", "fails  SIGTERM .* after SIGTERM, and was killed"),
        ])
    func check(_ fault: PartyTests.Fault) async throws {
        try await PartyTests().expect(fault, "--through", "party_through")
    }

    @Test("This program's own broker keeps the contract over each transport")
    func ownBroker() async throws {
        let finished = try await runProgram(
            .brokerlab,
            [
                "check-party", "--through", "--transport", "tcp,netrpc,grpc,http", "--", Program.brokerlab.path,
                "broker", "--exit-with-stdin",
            ])
        #expect(finished.exitCode == 0, "\(finished.output.text)\(finished.errors.text)")
        #expect(finished.output.lines.count == 7, "\(finished.output.text)")
        #expect(finished.output.lines.allSatisfy { $0.hasPrefix("ok ") }, "\(finished.output.text)")
    }

    @Test(
        "What cannot be had is told before anything is started",
        arguments: [
            (["--through-command", "true"], "--through-command names who is in the middle: add --through broker"),
            (["--through", "broker", "--through-command", " "], "--through-command takes a program"),
            (["--through", "broker", "--broker-command", "true"], "leave out --through"),
            (["--through", "broker", "--transport", "http", "--tls", "on"], "leave out socket and tls, or through"),
        ])
    func usage(_ arguments: [String], words: String) async throws {
        let finished = try await runProgram(.brokerlab, ["bench"] + arguments)
        #expect([2, 64, 78].contains(finished.exitCode), "\(finished.exitCode ?? -1)")
        #expect(finished.errors.text.contains(words), "\(finished.errors.text)")
    }

    /// The rows of a short benchmark.
    private func bench(
        _ arguments: [String], in folder: URL, exit: [Int], environment: [String: String] = [:]
    ) async throws -> [[String: String]] {
        let out = folder.appending(path: "results")
        let finished = try await runProgram(
            .brokerlab.with(environment: environment),
            [
                "bench", "--duration", "0.3", "--warmup", "0.05", "--rounds", "1", "--payload-bytes", "100",
                "--in-flight", "4", "--connections", "2", "--quiet", "--out", out.path,
            ] + arguments, limit: .seconds(240))
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
}
