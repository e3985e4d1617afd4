import Foundation
import MachineTestKit
import Testing

/// `--metrics`, as Prometheus, its promtool and curl see it.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct MetricsTests {
    /// The first line of a logger or a broker that serves metrics.
    private struct MetricsLine: Decodable {
        var metrics: String
    }

    /// The text of metrics, after promtool has found nothing to say about it.
    private func checkedText(at target: String) async throws -> [String] {
        let answer = try await runProgram(.curl, ["--fail", "--include", "http://\(target)/metrics"])
        try #require(answer.exitCode == 0, "\(answer.errors.text)")
        let lines = answer.output.lines
        #expect(lines.contains { $0.lowercased().hasPrefix("content-type: text/plain; version=0.0.4") })
        let text = lines.drop { !$0.hasPrefix("#") }
        let check = try await runProgram(
            .promtool, ["check", "metrics"], input: text.joined(separator: "\n") + "\n")
        #expect(check.exitCode == 0 && check.output.text + check.errors.text == "", "\(check.errors.text)")
        return Array(text)
    }

    private static let conventional = [
        "process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds",
    ]

    /// What the line of a value begins with has the value.
    private func value(_ name: String, in text: [String]) -> Double? {
        text.first { $0.hasPrefix("\(name) ") }.flatMap { Double($0.dropFirst(name.count + 1)) }
    }

    @Test("a logger tells what came over which transport, and what its store is at", .needs(.promtool))
    func logger() async throws {
        try await withTemporaryFolder { folder in
            let database = folder.appending(path: "entries.db").path
            try await withLogger(
                ["tcp", "http"], arguments: ["--metrics", "127.0.0.1:0", "--database", database]
            ) { logger in
                let metrics = try await logger.program.line(MetricsLine.self).metrics
                for (transport, count) in [("tcp", "3"), ("http", "2")] {
                    let send = try await runProgram(
                        .brokerlab,
                        [
                            "send", "--transport", transport, "--to", logger.targets[transport]!, "--name", "n",
                            "--data", "d",
                            "--count", count,
                        ])
                    #expect(send.exitCode == 0, "\(send.errors.text)")
                }
                _ = try await post("no entry", to: "http://\(logger.targets["http"]!)/log")
                let held = try RawSocket(to: logger.targets["http"]!)
                defer { held.close() }
                await held.say("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(try await held.hear(limit: 12) == "HTTP/1.1 200")
                var text: [String] = []
                repeat {
                    text = try await checkedText(at: metrics)
                    // A commit is counted behind the acknowledgements of its entries.
                } while value("brokerlab_store_waiting_entries", in: text) != 0 && !logger.program.output.hasEnded
                #expect(value(#"brokerlab_logger_recorded_entries_total{transport="tcp"}"#, in: text) == 3)
                #expect(value(#"brokerlab_logger_recorded_entries_total{transport="http"}"#, in: text) == 2)
                #expect(value(#"brokerlab_logger_undecodable_messages_total{transport="http"}"#, in: text) == 1)
                #expect((value("brokerlab_open_connections", in: text) ?? 0) >= 1)
                #expect(value("brokerlab_store_entries_total", in: text) == 5)
                #expect(value("brokerlab_store_up", in: text) == 1)
                #expect((value("brokerlab_store_commits_total", in: text) ?? 0) > 0)
                #expect((value(#"brokerlab_store_commit_seconds{quantile="0.99"}"#, in: text) ?? 0) > 0)
                for name in Self.conventional { #expect((value(name, in: text) ?? 0) > 0, "\(name)") }
                // Entries go elsewhere, and nothing else is read here.
                #expect(
                    try await post(logBody(PlainEntry(name: "n", data: "d")), to: "http://\(metrics)/log").status == 404
                )
                #expect(try await curl(["http://\(metrics)/health"]).status == 404)
                #expect(try await curl(["--request", "PUT", "http://\(metrics)/metrics"]).status == 405)
            }
        }
    }

    @Test("a broker tells what became of entries, and how long they took", .needs(.promtool))
    func broker() async throws {
        try await withLogger(["tcp"]) { logger in
            try await withBroker("tcp", to: logger.targets["tcp"]!, arguments: ["--metrics", "127.0.0.1:0"]) {
                broker, listen in
                let metrics = try await broker.line(MetricsLine.self).metrics
                for _ in 0..<4 {
                    let answer = try await post(
                        handleBody(PlainEntry(name: "n", data: "d")), to: "http://\(listen)/handle")
                    #expect(answer.status == 202)
                }
                _ = try await post("no entry", to: "http://\(listen)/handle")
                let text = try await checkedText(at: metrics)
                #expect(
                    value(#"brokerlab_broker_entries_total{transport="tcp",fate="acknowledged"}"#, in: text) == 4)
                #expect(value(#"brokerlab_broker_entries_total{transport="tcp",fate="unknown"}"#, in: text) == 0)
                #expect(value(#"brokerlab_broker_in_flight_entries{transport="tcp"}"#, in: text) == 0)
                #expect(value(#"brokerlab_broker_ack_seconds_count{transport="tcp"}"#, in: text) == 4)
                #expect(value(#"brokerlab_broker_ack_seconds_bucket{transport="tcp",le="+Inf"}"#, in: text) == 4)
                #expect(value("brokerlab_broker_undecodable_messages_total", in: text) == 1)
                #expect(value("brokerlab_broker_logger_up", in: text) == 1)
                for name in Self.conventional { #expect((value(name, in: text) ?? 0) > 0, "\(name)") }
            }
        }
    }

    /// The columns of results.csv, and what has the same number: a metric, its labels, and what its unit is by the column's.
    private static let columns: [(column: String, metric: String, labels: [String: String], unit: Double)] = [
        ("sent", "sent_entries_total", [:], 1), ("acked", "acknowledged_entries_total", [:], 1),
        ("delivered", "delivered_entries_total", [:], 1), ("lost", "lost_entries_total", [:], 1),
        ("duplicated", "duplicated_entries_total", [:], 1), ("reordered", "reordered_entries_total", [:], 1),
        ("corrupt", "corrupt_entries_total", [:], 1), ("errors", "failed_entries_total", ["fate": "any"], 1),
        ("throughput_msgs_per_s", "messages_per_second", [:], 1),
        ("ack_p50_us", "ack_seconds", ["quantile": "0.5"], 1e6),
        ("ack_p99_us", "ack_seconds", ["quantile": "0.99"], 1e6),
        ("ack_p999_us", "ack_seconds", ["quantile": "0.999"], 1e6),
        ("delivered_p50_us", "delivered_seconds", ["quantile": "0.5"], 1e6),
        ("delivered_p99_us", "delivered_seconds", ["quantile": "0.99"], 1e6),
        ("broker_cpu_us_per_msg", "cpu_seconds_per_message", ["process": "broker"], 1e6),
        ("logger_cpu_us_per_msg", "cpu_seconds_per_message", ["process": "logger"], 1e6),
        ("broker_rss_peak_bytes", "resident_peak_bytes", ["process": "broker"], 1),
        ("logger_rss_peak_bytes", "resident_peak_bytes", ["process": "logger"], 1),
    ]

    private func bench(
        _ more: [String], out: URL, _ body: (RunningProgram, _ metrics: String) async throws -> Void
    ) async throws {
        let finished = try await withProgram(
            .brokerlab,
            [
                "bench", "--transport", "tcp,http", "--duration", "0.3", "--payload-bytes", "100", "--in-flight", "1,8",
                "--out", out.path, "--metrics", "127.0.0.1:0", "--metrics-linger", "120",
            ] + more, limit: .seconds(200), isStopped: false
        ) { bench in
            let metrics = try await bench.errors.wait(for: "the address of metrics") { lines in
                lines.lazy.compactMap { $0.firstMatch(of: /^metrics can be read at (.+): GET \/metrics$/) }
                    .map { String($0.1) }.first
            }
            try await body(bench, metrics)
        }
        #expect([0, 1, 3].contains(finished.exitCode), "\(finished.errors.text)")
        // Who had asked was told that somebody is waited for, and not that nobody came.
        #expect(!finished.errors.text.contains("nobody has read"), "\(finished.errors.text)")
    }

    @Test("a Prometheus that reads a bench has the numbers of results.csv at the end", .needs(.prometheus, .promtool))
    func prometheus() async throws {
        try await withTemporaryFolder { folder in
            try await bench(["--rounds", "2"], out: folder) { bench, metrics in
                try await RunningPrometheus.run(scraping: metrics) { prometheus in
                    await bench.output.waitForEnd()
                    let rows = try ResultsCSV(contentsOf: folder.appending(path: "results.csv")).rows
                    #expect(rows.count >= 8)
                    for (column, metric, labels, unit) in Self.columns {
                        let selector = labels.map { "\($0)=\"\($1)\"" }.joined(separator: ",")
                        let wanted = rows.filter { $0[column] != "" }
                        let found = try await prometheus.query(
                            "last_over_time(brokerlab_bench_\(metric){\(selector)}[1h])"
                        ) { $0.count >= wanted.count }
                        #expect(found.count == wanted.count, "\(metric)")
                        let values = Dictionary(found.map { ($0.labels["run_id"], $0.value) }) { first, _ in first }
                        for row in wanted {
                            let written = try #require(Double(row[column] ?? ""), "\(column)")
                            // Three decimals are written.
                            let value = try #require(values[row["run_id"]], "\(metric) of \(row)")
                            #expect(abs(value * unit - written) <= 0.0006, "\(metric)")
                        }
                    }
                    // And so have its sums, as somebody would ask for them.
                    for role in ["cell", "control"] {
                        let rows = rows.filter { $0["role"] == role }
                        let sum = rows.compactMap { $0["acked"].flatMap { Double($0) } }.reduce(0, +)
                        let found = try await prometheus.query(
                            "sum(last_over_time(brokerlab_bench_acknowledged_entries_total{role=\"\(role)\"}[1h]))"
                        ) { $0.first?.value == sum }
                        #expect(found.first?.value == sum && sum > 0)
                    }
                    let cells = try await prometheus.query(
                        "max(last_over_time(brokerlab_bench_cells_measured_total[1h])) "
                            + "== max(last_over_time(brokerlab_bench_cells[1h]))"
                    ) { !$0.isEmpty }
                    #expect(cells.first?.value == Double(rows.count))
                }
            }
        }
    }

    @Test("what a bench tells is in order, while a cell runs and at the end", .needs(.promtool))
    func benchText() async throws {
        try await withTemporaryFolder { folder in
            try await bench(["--rounds", "1", "--duration", "2"], out: folder) { bench, metrics in
                var text: [String] = []
                repeat {
                    text = try await checkedText(at: metrics)
                } while !text.contains { $0.hasPrefix("brokerlab_bench_running_messages_per_second{transport=") }
                    && !bench.output.hasEnded
                #expect(text.contains { $0.hasPrefix("brokerlab_bench_running{transport=") })
                _ = try await bench.errors.wait(for: "the end of the last cell") { lines in
                    lines.first { $0.hasPrefix("waiting until the metrics are read once more, for 120 s at most") }
                }
                text = try await checkedText(at: metrics)
                let rows = try ResultsCSV(contentsOf: folder.appending(path: "results.csv")).rows
                #expect(value("brokerlab_bench_cells_measured_total", in: text) == Double(rows.count))
                #expect(value("brokerlab_bench_remaining_seconds", in: text) == 0)
                #expect(text.count { $0.hasPrefix("brokerlab_bench_row_info{") } == rows.count)
                #expect(!text.contains { $0.hasPrefix("brokerlab_bench_running") })
            }
        }
    }

    @Test("an address that is taken, or none, ends a program before anything starts")
    func taken() async throws {
        let port = try ReservedPort()
        try port.acceptInSilence()
        try await withTemporaryFolder { folder in
            let results = folder.appending(path: "results").path
            for command in [
                ["logger", "--tcp", "127.0.0.1:0"], ["broker", "--transport", "tcp", "--listen", "127.0.0.1:0"],
                ["bench", "--transport", "tcp", "--out", results],
            ] {
                let finished = try await runProgram(.brokerlab, command + ["--metrics", port.address])
                #expect(finished.exitCode == 69 && finished.output.text == "", "\(finished.output.text)")
                #expect(
                    finished.errors.lines.contains {
                        $0.hasPrefix("Error: --metrics: cannot listen on \(port.address): ") && $0.contains("in use")
                    }, "\(finished.errors.text)")
                let none = try await runProgram(.brokerlab, command + ["--metrics", "nowhere"])
                #expect(none.exitCode == 64 && none.output.text == "", "\(none.errors.text)")
            }
            #expect(!FileManager.default.fileExists(atPath: results))
        }
    }

    @Test("a Unix socket serves metrics, and a logger's token is asked for there, too")
    func access() async throws {
        try await withTemporaryFolder { folder in
            let (token, socket) = (folder.appending(path: "token").path, folder.appending(path: "m.sock").path)
            try Data("secret".utf8).write(to: URL(filePath: token))
            try await withLogger(
                ["http"], arguments: ["--metrics", "unix:\(socket)", "--token-file", token]
            ) { logger in
                let line = try await logger.program.line(MetricsLine.self)
                #expect(line.metrics == "unix:\(socket)")
                let request = ["--unix-socket", socket, "http://localhost/metrics"]
                let refused = try await curl(request)
                let answered = try await curl(["--header", "Authorization: Bearer secret"] + request)
                #expect(refused.status == 401 && answered.status == 200)
            }
        }
    }
}
