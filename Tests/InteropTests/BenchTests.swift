import Foundation
import MachineTestKit
import Subprocess
import Testing

/// `brokerlab bench`, from the outside: what it leaves behind, and what it does not.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct BenchTests {
    private static func arguments(_ transports: String, rounds: Int, out: URL) -> [String] {
        [
            "bench", "--transport", transports, "--duration", "0.2", "--rounds", "\(rounds)", "--payload-bytes", "100",
            "--in-flight", "1,8", "--out", out.path,
        ]
    }

    @Test("Leaves valid results and nothing else", arguments: ["tcp,http", "netrpc,grpc", "amqp"])
    func results(_ transports: String) async throws {
        try await withTemporaryFolder { folder in
            let started = StartedProcesses()
            var observed = StartedProcesses.Observed()
            let finished = try await withProgram(
                // Long enough to be seen at work by an observer that has to wait for its turn.
                .brokerlab.with(environment: started.environment),
                Self.arguments(transports, rounds: 4, out: folder) + ["--timeline-ms", "10"], limit: .seconds(120)
            ) { bench in
                observed = try await started.observe(bench)
            }
            #expect(finished.exitCode == 0 || finished.exitCode == 3, "\(finished.errors.text)")
            #expect(!observed.processes.isEmpty && !observed.sockets.isEmpty)
            #expect(try await started.areGone(observed))

            let results = try ResultsCSV(contentsOf: folder.appending(path: "results.csv"))
            #expect(results.values(of: "transport") == Set(transports.split(separator: ",").map(String.init)))
            #expect(results.values(of: "in_flight") == ["1", "8"])
            for row in results.rows {
                // The audit may distrust what a busy machine measures; what was delivered is another matter.
                let reasons = (row["invalid_reason"] ?? "").components(separatedBy: "; ")
                #expect(row["valid"] == "true" || reasons.allSatisfy { $0.hasPrefix("audit: ") }, "\(row)")
                #expect(row["lost"] == "0" && row["duplicated"] == "0" && row["corrupt"] == "0", "\(row)")
                #expect(row["sent"] == row["acked"] && row["sent"] == row["delivered"], "\(row)")
                #expect((Int(row["sent"] ?? "") ?? 0) > 0, "\(row)")
            }
            try expectBins(of: results, in: folder)
            let page = try String(contentsOf: folder.appending(path: "report.html"), encoding: .utf8)
            #expect(!page.contains("<script") && !page.contains("http://"))
            // Where other programs keep the cores busy all the time, there may be nothing to draw and to compare.
            let isUndisturbed = results.rows.allSatisfy { $0["valid"] == "true" }
            #expect(page.contains("<svg") || !isUndisturbed)
            // pandas, the standard reader of HdrHistogram's logs, and the rules of benchstat.
            let check = try await runProgram(.python("check_results"), [folder.path])
            #expect(check.exitCode == 0, "\(check.output.text)\(check.errors.text)")

            let first = try String(contentsOf: folder.appending(path: "summary.csv"), encoding: .utf8)
            let again = try await runProgram(.brokerlab, ["report", folder.path])
            #expect(again.exitCode == 0, "\(again.errors.text)")
            #expect(try String(contentsOf: folder.appending(path: "summary.csv"), encoding: .utf8) == first)
            let comparison = try await runProgram(.brokerlab, ["compare", folder.path, folder.path, "--fail-on", "5%"])
            // Four rounds are few: it may be that nothing can be told.
            #expect([0, 3].contains(comparison.exitCode), "\(comparison.errors.text)")
            #expect(!comparison.output.text.contains("faster") && !comparison.output.text.contains("slower"))
            try await expectRegression(foundIn: folder)
        }
    }

    /// What `timeline.csv` has of each row: the same entries, and what each process used.
    private func expectBins(of results: ResultsCSV, in folder: URL) throws {
        let bins = try ResultsCSV(contentsOf: folder.appending(path: "timeline.csv"))
        #expect(bins.values(of: "run_id") == results.values(of: "run_id"))
        for row in results.rows {
            let own = bins.rows.filter { $0["run_id"] == row["run_id"] }
            func sum(_ column: String) -> Int { own.compactMap { Int($0[column] ?? "") }.reduce(0, +) }
            let whole = Int(row["sent"] ?? "") ?? 0
            #expect(sum("sent") == whole && sum("acked") == whole, "\(row)")
            // What RabbitMQ has acknowledged may be delivered when the cell is over.
            let isQueued = row["transport"] == "amqp"
            #expect(isQueued ? sum("delivered") <= whole : sum("delivered") == whole, "\(row)")
            let last = try #require(own.last)
            #expect(Int(last["backlog"] ?? "") == whole - sum("delivered"), "\(last)")
            for column in ["broker_rss_bytes", "logger_rss_bytes"] {
                #expect(Int(last[column] ?? "") ?? 0 > 1 << 20, "\(column) of \(last)")
            }
            #expect((last["queue_rss_bytes"] != "") == isQueued, "\(last)")
            for bin in own {
                let used = bin.filter { $0.key.hasSuffix("_cpu_pct") && $0.value != "" }.map(\.key)
                let parts = ["broker", "lab", "logger"] + (isQueued ? ["queue"] : [])
                #expect(used.sorted() == parts.map { "\($0)_cpu_pct" }, "\(bin)")
            }
        }
    }

    @Test("Has a logger store what it acknowledges, counts it in the store itself, and leaves no store behind")
    func stores() async throws {
        try await withTemporaryFolder { folder in
            let (out, stores) = (folder.appending(path: "out"), folder.appending(path: "stores"))
            try FileManager.default.createDirectory(at: stores, withIntermediateDirectories: true)
            // PostgreSQL's user has to get through.
            for path in [folder, stores] {
                try FileManager.default.setAttributes([.posixPermissions: 0o711], ofItemAtPath: path.path)
            }
            let started = StartedProcesses()
            let finished = try await runProgram(
                .brokerlab.with(environment: started.environment),
                [
                    "bench", "--transport", "tcp,http", "--stores", "memory,sqlite,postgres", "--store-folder",
                    stores.path, "--duration", "0.2", "--warmup", "0.03", "--rounds", "2", "--payload-bytes", "100",
                    "--in-flight", "8",
                    "--out", out.path,
                ], limit: .seconds(120))
            #expect([0, 3].contains(finished.exitCode), "\(finished.errors.text)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: stores.path).isEmpty)
            #expect(try await started.areGone(StartedProcesses.Observed()))
            let results = try ResultsCSV(contentsOf: out.appending(path: "results.csv"))
            #expect(results.rows.count == 18 && results.values(of: "store") == ["memory", "sqlite", "postgres"])
            for row in results.rows {
                let reasons = (row["invalid_reason"] ?? "").components(separatedBy: "; ")
                #expect(row["valid"] == "true" || reasons.allSatisfy { $0.hasPrefix("audit: ") }, "\(row)")
                let isStored = row["store"] != "memory"
                #expect(row["ack_class"] == (isStored ? "stored" : "recorded"), "\(row)")
                // One commit has no rate, where the disk is that busy.
                #expect(row["commits_per_s"] == "" || isStored, "\(row)")
                for column in ["entries_per_commit", "bytes_written_per_entry"] {
                    #expect((row[column] != "") == isStored, "\(column) of \(row)")
                }
                // A p99 takes a thousand commits; the figures have three decimals.
                let entries = Double(row["delivered"] ?? "") ?? 0
                let commits = entries / (Double(row["entries_per_commit"] ?? "") ?? .infinity)
                if abs(commits - 1000) > 2 { #expect((row["commit_p99_us"] != "") == (commits > 1000), "\(row)") }
                #expect((row["store_cpu_us_per_msg"] != "") == (row["store"] == "postgres"), "\(row)")
            }
            // Where other programs keep the cores busy all the time, there may be nothing to compare.
            let isUndisturbed = results.rows.allSatisfy { $0["valid"] == "true" }
            #expect(finished.output.text.contains("what each promise costs") || !isUndisturbed)
            let advice = try await runProgram(
                .brokerlab,
                ["advise", "--payload-bytes", "100", "--rate", "1", "--guarantee", "stored", out.path])
            #expect([0, 3].contains(advice.exitCode) && advice.output.text.contains("stored"))
        }
    }

    @Test("Measures over Unix sockets, accounts for every entry there, and leaves out what has none with one line")
    func sockets() async throws {
        try await withTemporaryFolder { folder in
            let started = StartedProcesses()
            let finished = try await runProgram(
                .brokerlab.with(environment: started.environment),
                [
                    "bench", "--transport", "tcp,netrpc,grpc,http,amqp", "--socket", "unix", "--duration", "0.05",
                    "--warmup", "0.02", "--rounds", "1", "--payload-bytes", "100", "--in-flight", "8", "--quiet",
                    "--out",
                    folder.path + "/unix",
                ])
            #expect([0, 3].contains(finished.exitCode), "\(finished.errors.text)")
            let said = finished.errors.lines.filter { $0.contains("over Unix sockets there is no amqp: ") }
            #expect(said.count == 1)
            #expect(try await started.areGone(StartedProcesses.Observed()))
            let results = try ResultsCSV(contentsOf: folder.appending(path: "unix/results.csv"))
            #expect(results.rows.count == 5 && results.values(of: "socket") == ["unix"])
            #expect(results.values(of: "transport") == ["tcp", "netrpc", "grpc", "http"])
            for row in results.rows {
                let reasons = (row["invalid_reason"] ?? "").components(separatedBy: "; ")
                #expect(row["valid"] == "true" || reasons.allSatisfy { $0.hasPrefix("audit: ") }, "\(row)")
                #expect(row["delivered"] == row["acked"] && row["lost"] == "0" && row["acked"] != "0", "\(row)")
                #expect(row["wire_tx_bytes_per_msg"] == "" && row["broker_cpu_us_per_msg"] != "", "\(row)")
            }
            let both = try await runProgram(
                .brokerlab,
                [
                    "bench", "--transport", "tcp,amqp", "--socket", "tcp,unix", "--duration", "0.1", "--warmup", "0.02",
                    "--rounds", "2", "--payload-bytes", "100", "--in-flight", "1", "--quiet", "--out",
                    folder.path + "/both",
                ])
            #expect([0, 3].contains(both.exitCode), "\(both.errors.text)")
            let rows = try ResultsCSV(contentsOf: folder.appending(path: "both/results.csv")).rows
            let tcp = rows.filter { $0["transport"] == "tcp" }
            #expect(tcp.count == 8 && Set(tcp.map { "\($0["socket"]!) \($0["role"]!)" }).count == 4)
            #expect(rows.filter { $0["transport"] == "amqp" }.map { $0["socket"] } == ["tcp", "tcp"])
            let title = "100 B, 1 in flight, closed loop, over Unix sockets,"
            #expect(both.output.lines.count { $0.hasPrefix(title) } == 1)
            let isUndisturbed = rows.allSatisfy { $0["valid"] == "true" }
            #expect(both.output.text.contains("over Unix sockets, 100 B") || !isUndisturbed)
        }
    }

    @Test("Ctrl-C in the middle leaves neither a store nor a server of one")
    func interruptedStores() async throws {
        try await withTemporaryFolder { folder in
            let stores = folder.appending(path: "stores")
            try FileManager.default.createDirectory(at: stores, withIntermediateDirectories: true)
            for path in [folder, stores] {
                try FileManager.default.setAttributes([.posixPermissions: 0o711], ofItemAtPath: path.path)
            }
            let started = StartedProcesses()
            let finished = try await withProgram(
                .brokerlab.with(environment: started.environment),
                [
                    "bench", "--transport", "tcp", "--stores", "sqlite,postgres", "--store-folder", stores.path,
                    "--rounds", "1000", "--payload-bytes", "100", "--in-flight", "8", "--out",
                    folder.appending(path: "out").path,
                ], limit: .seconds(60), isStopped: false
            ) { bench in
                _ = try await bench.errors.wait(for: "a cell") { lines in
                    lines.contains { $0.contains("stored in") } ? true : nil
                }
                try bench.signal(.interrupt)
            }
            #expect(finished.exitCode == 130, "\(finished.errors.text)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: stores.path).isEmpty)
            #expect(try await started.areGone(StartedProcesses.Observed()))
        }
    }

    @Test("Without PostgreSQL one line says what to install, and the other cells are measured")
    func withoutPostgreSQL() async throws {
        try await withTemporaryFolder { folder in
            let program = Program.brokerlab.with(environment: ["BROKERLAB_POSTGRESQL": "/nowhere"])
            func bench(_ stores: String, _ place: String = "/var/tmp") async throws -> FinishedProgram {
                try await runProgram(
                    program,
                    [
                        "bench", "--transport", "tcp", "--stores", stores, "--store-folder", place, "--duration",
                        "0.05",
                        "--warmup", "0", "--rounds", "1", "--payload-bytes", "100", "--in-flight", "1", "--quiet",
                        "--out", folder.appending(path: stores).path,
                    ])
            }
            let some = try await bench("memory,postgres")
            #expect([0, 3].contains(some.exitCode), "\(some.errors.text)")
            let said = some.errors.lines.filter { $0.contains("postgres is left out: PostgreSQL is missing") }
            #expect(said.count == 1 && said[0].contains("apt-get install postgresql"))
            let results = try ResultsCSV(contentsOf: folder.appending(path: "memory,postgres/results.csv"))
            #expect(results.values(of: "store") == ["memory"])
            let none = try await bench("postgres")
            #expect(none.exitCode == 69 && none.errors.text.contains("apt-get install postgresql"))
            let nowhere = try await bench("sqlite", "/proc")
            #expect(nowhere.exitCode == 69 && nowhere.errors.text.contains("Name another folder with --store-folder."))
        }
    }

    @Test("The load generator keeps its contract, as a program sees it that knows nothing else of it")
    func generator() async throws {
        let check = try await runProgram(.python("check_generate"), [Program.brokerlab.path], limit: .seconds(60))
        #expect(check.exitCode == 0, "\(check.output.text)\(check.errors.text)")
    }

    @Test("Says of random results, on the page and as advice, what an independent program finds in the CSV")
    func sentences() async throws {
        try await withTemporaryFolder { folder in
            let brokerlab = Program.brokerlab.path
            let check = try await runProgram(
                .python("check_sentences"), [brokerlab, "12", "1", folder.appending(path: "made").path],
                limit: .seconds(120))
            #expect(check.exitCode == 0, "\(check.output.text)\(check.errors.text)")
        }
    }

    @Test("Ranks random results as an independent program with scipy does")
    func ranks() async throws {
        try await withTemporaryFolder { folder in
            let made = folder.appending(path: "made").path
            let check = try await runProgram(
                .python("check_ranks"), ["--make", Program.brokerlab.path, "12", "1", made], limit: .seconds(120))
            #expect(check.exitCode == 0, "\(check.output.text)\(check.errors.text)")
        }
    }

    @Test("Advises what an independent program works out of the CSV")
    func advice() async throws {
        let written = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../BenchmarkResultsTests/Written").standardized
        let folders = ["earlier", "later"].map { written.appending(path: $0).path }
        let check = try await runProgram(
            .python("check_advice"), ["--questions", "25", Program.brokerlab.path] + folders, limit: .seconds(90))
        #expect(check.exitCode == 0, "\(check.output.text)\(check.errors.text)")
        #expect(check.output.lines.count { $0.contains("25 questions") && $0.hasSuffix(": 0 problems") } == 2)
    }

    @Test("Beside a hog nothing is green: rows are shown and not ranked, and no threshold is met or missed")
    func hog() async throws {
        try await withTemporaryFolder { folder in
            let (suite, out) = (folder.appending(path: "hog.yaml"), folder.appending(path: "out"))
            let text = """
                name: hog
                transports: [tcp]
                payload_bytes: 100
                in_flight: [1, 8]
                rate_per_s: 200
                rounds: 1
                duration_s: 0.3
                warmup_s: 0
                min_msgs_per_s: 1
                """
            try Data(text.utf8).write(to: suite)
            // At this rate the cores are idle for most of the time, which is what these take.
            let hogs = try Hogs(seconds: 30, niceness: 19)
            let finished = try await runProgram(
                .brokerlab, ["bench", "--suite", suite.path, "--out", out.path, "--quiet"])
            hogs.stop()
            #expect(finished.exitCode == 3, "\(finished.output.text)\(finished.errors.text)")
            let reason = "audit: other processes used"
            #expect(finished.errors.text.contains("too few rows are valid: quiet the machine: audit: "))
            let table = finished.output.text
            #expect(table.contains("not evaluated  tcp, 100 B, 1 in flight") && !table.contains("pass  "), "\(table)")
            #expect(table.contains("(in brackets): of rows that are not valid"))
            // One line for all rows, which may be wrapped.
            let complaints = finished.output.lines.filter {
                $0.hasPrefix("INVALID: 4 rows of tcp, tcp (control): audit: other")
            }
            #expect(complaints.count == 1, "\(table)")
            let rows = try ResultsCSV(contentsOf: out.appending(path: "results.csv")).rows
            #expect(rows.count == 4)
            for row in rows {
                #expect(row["valid"] == "false" && row["lost"] == "0", "\(row)")
                #expect(row["invalid_reason"]?.contains(reason) == true, "\(row)")
            }
            let page = try String(contentsOf: out.appending(path: "report.html"), encoding: .utf8)
            #expect(page.contains("4 of 4. They are in results.csv") && page.contains("not evaluated"))
            // What was not measured is neither the same as before nor an answer.
            let advise = ["advise", "--payload-bytes", "100", "--rate", "1", out.path]
            for command in [["compare", out.path, out.path], advise] {
                let later = try await runProgram(.brokerlab, command)
                #expect(later.exitCode == 3, "\(command): \(later.output.text)")
            }
        }
    }

    @Test("A rate that is out of reach is marked, and no success")
    func unreachableRate() async throws {
        try await withTemporaryFolder { folder in
            let out = folder.appending(path: "out")
            let finished = try await runProgram(
                .brokerlab,
                ["bench", "--transport", "tcp", "--rate", "5000000", "--in-flight", "1", "--rounds", "1"]
                    + ["--duration", "0.2", "--payload-bytes", "100", "--quiet", "--out", out.path])
            let row = try #require(try ResultsCSV(contentsOf: out.appending(path: "summary.csv")).rows.first)
            // What a busy machine leaves may be nothing that the audit trusts.
            guard row["n"] == "1" else {
                #expect(finished.exitCode == 3)
                return
            }
            #expect(finished.exitCode == 1)
            #expect(row["rate_reached"] == "false" && (Double(row["rate_kept"] ?? "") ?? 1) < 0.5)
            #expect(finished.output.text.contains("! tcp did not carry the rate: "), "\(finished.output.text)")
            let page = try String(contentsOf: out.appending(path: "report.html"), encoding: .utf8)
            #expect(page.contains("The rate of 5,000,000 msgs/s was not reached: tcp carried"))
        }
    }

    @Test("Asks no proxy for its own logger", arguments: ["http_proxy", "all_proxy", "ALL_PROXY"])
    func proxy(_ variable: String) async throws {
        let nobody = try ReservedPort()
        try await withTemporaryFolder { folder in
            let finished = try await runProgram(
                .brokerlab.with(environment: [variable: "http://\(nobody.address)"]),
                ["bench", "--transport", "tcp", "--in-flight", "1", "--rounds", "1", "--duration", "0.1", "--quiet"]
                    + ["--payload-bytes", "100", "--out", folder.appending(path: "out").path])
            // A busy machine may leave nothing that the audit trusts.
            #expect(finished.exitCode == 0 || finished.exitCode == 3, "\(finished.errors.text)")
        }
    }

    /// `compare` with runs whose rates are known, made of the cells of a real one.
    private func expectRegression(foundIn folder: URL) async throws {
        let (steady, slower) = (folder.appending(path: "steady").path, folder.appending(path: "slower").path)
        let remade = try await runProgram(.python("remake_results"), [folder.path, steady, slower])
        #expect(remade.exitCode == 0, "\(remade.errors.text)")
        for (runs, limit, exitCode, word) in [
            ([steady, slower], "5%", 1, "slower: throughput 0.50 times"), ([steady, slower], "60%", 0, "slower"),
            ([slower, steady], "5%", 0, "faster: throughput 2.00 times"),
        ] {
            let comparison = try await runProgram(.brokerlab, ["compare"] + runs + ["--fail-on", limit])
            #expect(comparison.exitCode == exitCode, "\(runs) \(limit): \(comparison.output.text)")
            #expect(comparison.output.text.contains(word), "\(comparison.output.text)")
        }
    }

    @Test(
        "Ends what it started when it is interrupted", arguments: ["tcp,http", "amqp"],
        [Signal.interrupt, .terminate])
    func interrupted(_ transports: String, _ signal: Signal) async throws {
        try await withTemporaryFolder { folder in
            let started = StartedProcesses()
            var observed = StartedProcesses.Observed()
            let finished = try await withProgram(
                .brokerlab.with(environment: started.environment),
                Self.arguments(transports, rounds: 200, out: folder), limit: .seconds(90)
            ) { bench in
                // Two: the logger's own address, and that of the transport or of RabbitMQ.
                observed = try await started.observe(bench) { $0.sockets.count >= 2 }
                try bench.signal(signal)
            }
            #expect(finished.exitCode != nil, "it did not end by itself")
            #expect(try await started.areGone(observed))
        }
    }

    @Test("Leaves no logger and no load generator behind when it is killed")
    func killed() async throws {
        try await withTemporaryFolder { folder in
            let started = StartedProcesses()
            var observed = StartedProcesses.Observed()
            let finished = try await withProgram(
                .brokerlab.with(environment: started.environment),
                Self.arguments("tcp,http", rounds: 200, out: folder), limit: .seconds(90)
            ) { bench in
                // A logger and a load generator, and the control's.
                observed = try await started.observe(bench) { $0.processes.count >= 4 }
                try bench.signal(.kill)
            }
            #expect(finished.exitCode == nil || finished.exitCode == 137)
            #expect(observed.processes.count >= 4)
            #expect(try await started.areGone(observed))
        }
    }

    @Test("Ends what it started when it is interrupted again while it does so")
    func interruptedAgain() async throws {
        try await withTemporaryFolder { folder in
            let started = StartedProcesses()
            var observed = StartedProcesses.Observed()
            let finished = try await withProgram(
                .brokerlab.with(environment: started.environment), Self.arguments("amqp", rounds: 200, out: folder),
                limit: .seconds(90)
            ) { bench in
                observed = try await started.observe(bench) { $0.sockets.count >= 2 }
                // To stop RabbitMQ takes a second or two; impatience must not cut that short.
                while !bench.output.hasEnded {
                    try bench.signal(.interrupt)
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            #expect(finished.exitCode != nil, "it did not end by itself")
            #expect(try await started.areGone(observed))
        }
    }
}
