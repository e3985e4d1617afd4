import Foundation
import Subprocess
import Testing

/// `logger --control` and `bench --control` in two network namespaces, which stand for two hosts.
@Suite(.serialized, .timeLimit(.minutes(5)), .link)
struct TwoHostsTests {
    /// Two namespaces with packets carried between them, a folder, and a token in it.
    private struct Hosts: Sendable {
        struct Ends: Decodable {
            var broker: String
            var logger: String
            var loggerAddress: String
        }

        struct ControlLine: Decodable {
            var control: String
        }

        struct ReadyLine: Decodable {
            var ready: Bool
        }

        var ends: Ends
        var folder: URL

        var token: String { folder.appending(path: "token").path }
        var results: URL { folder.appending(path: "results") }

        private func inside(_ namespace: String) -> Program {
            Program(path: "/usr/bin/nsenter", arguments: ["--net=\(namespace)", "--", Program.brokerlab.path])
        }

        /// Runs a logger at one of them while `body` runs.
        func withLogger(_ arguments: [String] = [], _ body: (RunningProgram) async throws -> Void) async throws {
            let flags = ["--tcp", ":5002", "--http", ":8080", "--control", ":9900", "--control-token-file", token]
            try await withProgram(inside(ends.logger), ["logger"] + flags + arguments, limit: .seconds(120)) { logger in
                _ = try await logger.line(ReadyLine.self)
                #expect(try await logger.line(ControlLine.self).control.hasSuffix(":9900"))
                try await body(logger)
            }
        }

        /// The arguments of a benchmark at the other one.
        func arguments(_ more: [String]) -> [String] {
            let to = "tcp=\(ends.loggerAddress):5002,http=\(ends.loggerAddress):8080"
            return ["bench", "--to", to, "--control", "\(ends.loggerAddress):9900", "--out", results.path] + more
        }

        /// Runs a benchmark at the other one while `body` runs, and until it ends by itself.
        func bench(
            _ more: [String], _ body: (RunningProgram) async throws -> Void = { _ in }
        ) async throws -> FinishedProgram {
            try await withProgram(
                inside(ends.broker), arguments(more), limit: .seconds(100), isStopped: false, body)
        }

        /// The rows that were kept.
        func rows() throws -> [[String: String]] {
            try ResultsCSV(contentsOf: results.appending(path: "results.csv")).rows
        }
    }

    private func withHosts(_ body: (Hosts) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            try "a-token-of-the-test\n".write(
                to: folder.appending(path: "token"), atomically: true, encoding: .utf8)
            // Its standard input does not end: a pipe that it may write to itself.
            let pipe = folder.appending(path: "pipe").path
            let link = Program(
                path: "/bin/sh",
                arguments: [
                    "-c", #"mkfifo "$1" && exec "$0" link rtt_ms=0 <>"$1""#, Program.brokerlab.path, pipe,
                ])
            try await withProgram(link, limit: .seconds(240)) { link in
                let decoder = JSONDecoder()
                decoder.keyDecodingStrategy = .convertFromSnakeCase
                let ends = try await link.output.wait(for: "the ends of the link") { lines in
                    lines.first.flatMap { try? decoder.decode(Hosts.Ends.self, from: Data($0.utf8)) }
                }
                try await body(Hosts(ends: ends, folder: folder))
            }
        }
    }

    @Test(
        "The account, CPU time, memory and the clock of a logger elsewhere come over its control API",
        arguments: [3.0, -3])
    func rows(milliseconds: Double) async throws {
        try await withHosts { hosts in
            // Entries wait for others that are worked on, so that what delivery takes is long by the bound of the clock.
            let options = ["--clock-offset=\(Int(milliseconds))ms", "--work-us", "500", "--loops", "1"]
            try await hosts.withLogger(options) { _ in
                let finished = try await hosts.bench([
                    "--control-token-file", hosts.token, "--in-flight", "256", "--payload-bytes", "1000",
                    "--duration", "1", "--warmup", "0.2", "--rounds", "2",
                ])
                // Two rounds decide nothing.
                #expect([0, 3].contains(finished.exitCode), "\(finished.errors.text)")
                let rows = try hosts.rows()
                // With the control of each round.
                #expect(rows.count == 6)
                var told = 0
                for row in rows {
                    func number(_ column: String) -> Double { Double(row[column] ?? "") ?? -1 }
                    #expect(row["reconciled"] == "true" && row["logger_measured_by"] == "control", "\(row)")
                    #expect(row["logger_impl"] == "swift" && row["logger_pid"] == "", "\(row)")
                    #expect(row["sent"] == row["acked"] && row["sent"] == row["delivered"], "\(row)")
                    #expect(row["lost"] == "0" && row["duplicated"] == "0" && row["corrupt"] == "0", "\(row)")
                    #expect(number("logger_cpu_us_per_msg") > 0 && number("logger_rss_peak_bytes") > 1e6, "\(row)")
                    // The two clocks are one, but for what the logger was told.
                    let bound = number("clock_bound_us")
                    #expect(bound > 0)
                    #expect(abs(number("clock_offset_us") - milliseconds * 1000) <= bound + 0.001, "\(row)")
                    guard row["delivered_p50_us"] != "" else { continue }
                    told += 1
                    // An entry is recorded after it was sent, and before it is acknowledged; histograms have three digits.
                    let delivered = number("delivered_p50_us")
                    #expect(delivered >= 10 * bound - 1, "\(row)")
                    #expect(delivered <= number("ack_p50_us") * 1.01 + bound, "\(row)")
                }
                #expect(told > 0, "\(rows)")
            }
        }
    }

    @Test("A wrong token, and none, are refused in a line, and nothing is measured")
    func tokens() async throws {
        try await withHosts { hosts in
            try await hosts.withLogger { _ in
                let other = hosts.folder.appending(path: "other")
                try "another-token".write(to: other, atomically: true, encoding: .utf8)
                for token in [[], ["--control-token-file", other.path]] {
                    let refused = try await hosts.bench(token)
                    #expect(refused.exitCode == 64)
                    let lines = refused.errors.lines.filter { $0.contains("status 401") }
                    #expect(lines.count == 1 && lines[0].contains("--control-token-file"), "\(refused.errors.text)")
                    #expect(!FileManager.default.fileExists(atPath: hosts.results.path))
                }
            }
        }
    }

    @Test("A logger that vanishes leaves the rows so far, and one line")
    func vanished() async throws {
        try await withHosts { hosts in
            try await hosts.withLogger { logger in
                let options = [
                    "--control-token-file", hosts.token, "--in-flight", "8", "--payload-bytes", "100", "--duration",
                    "0.3", "--warmup", "0.1", "--rounds", "1000",
                ]
                let finished = try await hosts.bench(options) { bench in
                    while try !FileManager.default.fileExists(
                        atPath: hosts.results.appending(path: "results.csv").path) || hosts.rows().isEmpty
                    {
                        // A file has no way to wait for its lines.
                        try await Task.sleep(for: .milliseconds(20))
                    }
                    try logger.signal(.kill)
                }
                #expect(finished.exitCode == 69)
                let lines = finished.errors.lines.filter { $0.contains("ended early: the logger does not answer") }
                #expect(lines.count == 1, "\(finished.errors.text)")
                let rows = try hosts.rows()
                #expect(rows.first?["reconciled"] == "true" && rows.first?["sent"] == rows.first?["delivered"])
            }
        }
    }

    @Test("Beyond loopback a logger is asked with a token or not at all")
    func withoutToken() async throws {
        for address in [":0", "0.0.0.0:0", "somewhere:9900"] {
            let refused = try await runProgram(.brokerlab, ["logger", "--tcp", "127.0.0.1:0", "--control", address])
            #expect(refused.exitCode == 64)
            #expect(refused.errors.text.contains("give --control-token-file FILE"), "\(refused.errors.text)")
        }
    }
}
