import Foundation
import Subprocess
import Testing

/// `bench --faults`, from the outside: a logger that is killed, or stands still, and connections that are reset.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct FaultBenchTests {
    private func expectReconciled(_ row: [String: String]) throws {
        func count(_ column: String) throws -> Int { try #require(Int(row[column] ?? ""), "\(column): \(row)") }
        let reasons = (row["invalid_reason"] ?? "").components(separatedBy: "; ")
        #expect(row["valid"] == "true" || reasons.allSatisfy { $0.hasPrefix("audit: ") }, "\(row)")
        let (acked, unknown, arrived) = (try count("acked"), try count("unknown"), try count("unknown_arrived"))
        #expect(try count("sent") == acked + unknown + count("not_sent") + count("rejected"), "\(row)")
        #expect(try acked > 0 && count("lost") == 0 && arrived <= unknown, "\(row)")
        #expect(try count("delivered") == acked + arrived, "\(row)")
        #expect(Double(row["fault_at_ms"] ?? "") ?? 0 >= 1900, "\(row)")
    }

    /// Has each load of these arguments measured once, and hands its rows on, each of which has to be reconciled.
    private func withRows(
        of arguments: [String], rate: Int = 200, inFlight: Int = 16, limit: Duration,
        _ body: ([[String: String]], FinishedProgram) throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let finished = try await runProgram(
                .brokerlab,
                ["bench"] + arguments + [
                    "--rate", "\(rate)", "--in-flight", "\(inFlight)", "--payload-bytes", "100", "--duration", "6",
                    "--warmup", "0.1", "--rounds", "1", "--placement", "free", "--quiet", "--out", folder.path,
                ], limit: limit)
            // One round decides nothing.
            #expect([0, 1, 3].contains(finished.exitCode), "\(finished.errors.text)")
            let rows = try ResultsCSV(contentsOf: folder.appending(path: "results.csv")).rows
            for row in rows { try expectReconciled(row) }
            try body(rows, finished)
        }
    }

    private func expectNothingForTwoSeconds(_ row: [String: String]) {
        func number(_ column: String) -> Double { Double(row[column] ?? "") ?? -1 }
        #expect(number("fault_lasted_ms") >= 2000 && number("largest_gap_ms") >= 1900, "\(row)")
    }

    @Test(
        "Whatever goes wrong, every entry's fate is told and reconciled with the store, and what was acknowledged is there"
    )
    func reconciled() async throws {
        let arguments = [
            "--transport", "tcp,http,amqp", "--faults", "logger-kill,logger-stop,connection-cut,disk-full", "--stores",
            "sqlite",
        ]
        try await withRows(of: arguments, limit: .seconds(280)) { rows, _ in
            #expect(rows.count == 3 * 4)
            for row in rows where row["fault"] == "logger-stop" {
                #expect(Double(row["fault_lasted_ms"] ?? "") ?? 0 >= 2000, "\(row)")
            }
            for row in rows where row["fault"] == "disk-full" && row["transport"] != "amqp" {
                #expect(Int(row["rejected"] ?? "") ?? 0 > 0 && row["recovered_ms"] != "", "\(row)")
            }
            for row in rows where row["fault"] == "logger-kill" && row["transport"] != "amqp" {
                // Nobody takes entries for a second at the least.
                #expect(Double(row["largest_gap_ms"] ?? "") ?? 0 >= 1000, "\(row)")
            }
        }
    }

    @Test("Over time a logger that is killed uses nothing, and the one in its place is followed")
    func overTime() async throws {
        try await withTemporaryFolder { folder in
            let finished = try await runProgram(
                .brokerlab,
                [
                    "bench", "--transport", "tcp", "--faults", "logger-kill", "--stores", "postgres", "--rate", "200",
                    "--in-flight", "16", "--payload-bytes", "100", "--duration", "6", "--warmup", "0.1", "--rounds",
                    "1", "--placement", "free", "--quiet", "--timeline-ms", "100", "--out", folder.path,
                ], limit: .seconds(100))
            #expect([0, 1, 3].contains(finished.exitCode), "\(finished.errors.text)")
            let bins = try ResultsCSV(contentsOf: folder.appending(path: "timeline.csv")).rows
            #expect(bins.count >= 60)
            for bin in bins {
                for part in ["broker", "logger", "store", "lab"] {
                    #expect(Double(bin["\(part)_cpu_pct"] ?? "") ?? -1 >= 0, "\(part) of \(bin)")
                }
                #expect(bin["link_cpu_pct"] == "" && bin["queue_cpu_pct"] == "", "\(bin)")
            }
            let memory = bins.map { Int($0["logger_rss_bytes"] ?? "") ?? -1 }
            #expect(memory.first ?? 0 > 1 << 20 && memory.last ?? 0 > 1 << 20 && memory.contains(0), "\(memory)")
        }
    }

    /// What was not acknowledged in the end has been tried for ten seconds: where the fault was over long before, there is none of it.
    private func expectRetries(_ row: [String: String]) {
        func number(_ column: String) -> Double { Double(row[column] ?? "") ?? -1 }
        let (isNobody, isUnknown) = (row["retries"] == "none", row["retries"] == "unknown")
        #expect(isNobody ? number("retried") == 0 : number("retried") >= 0, "\(row)")
        guard number("fault_lasted_ms") < 8000 else { return }
        #expect(isNobody || number("not_sent") == 0, "\(row)")
        #expect(!isUnknown || number("unknown") == 0, "\(row)")
    }

    @Test(
        "A killed logger under each policy: what is sent again arrives, and what arrives twice is no reason against a row"
    )
    func retries() async throws {
        let arguments = [
            "--transport", "tcp,http,amqp", "--faults", "logger-kill", "--stores", "sqlite", "--retries",
            "own,none,not-sent,unknown",
        ]
        try await withRows(of: arguments, limit: .seconds(280)) { rows, finished in
            #expect(rows.count == 3 * 4)
            for row in rows where row["retries"] != "own" { expectRetries(row) }
            #expect(rows.filter { $0["retries"] == "own" }.allSatisfy { $0["retried"] == "" }, "\(rows)")
            let again = rows.filter { $0["retries"] == "unknown" && $0["transport"] != "amqp" }
            #expect(again.count == 2 && again.allSatisfy { Int($0["retried"] ?? "") ?? 0 > 0 }, "\(again)")
            let text = finished.output.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(text.contains("1 s later, and what was not acknowledged is sent again: "), "\(text)")
        }
    }

    @Test("RabbitMQ comes back for a client that sends again in place of the transport, under the same ids")
    func retriesOfPublished() async throws {
        let arguments = [
            "--transport", "amqp", "--faults", "connection-cut", "--stores", "sqlite", "--retries",
            "none,not-sent,unknown",
        ]
        try await withRows(of: arguments, rate: 500, inFlight: 64, limit: .seconds(200)) { rows, _ in
            #expect(rows.count == 3)
            for row in rows {
                expectRetries(row)
                // The logger knows by its id what it has recorded.
                #expect(row["duplicated"] == "0", "\(row)")
            }
        }
    }

    @Test("Go's clients are told the same, and tell the same", .needs(.partyGo))
    func retriesInGo() async throws {
        let arguments = [
            "--transport", "netrpc,grpc,http,amqp", "--brokers", "go", "--loggers", "swift", "--pairs", "all",
            "--faults", "connection-cut", "--retries", "none,not-sent,unknown",
        ]
        try await withRows(of: arguments, limit: .seconds(280)) { rows, _ in
            #expect(rows.count == 4 * 3)
            for row in rows { expectRetries(row) }
        }
    }

    @Test("A link loses every packet for two seconds, and then carries what is sent again", .link)
    func blackhole() async throws {
        let arguments = ["--transport", "tcp,http,amqp", "--faults", "blackhole", "--network", "rtt_ms=4"]
        try await withRows(of: arguments, inFlight: 64, limit: .seconds(200)) { rows, _ in
            #expect(rows.count == 3)
            for row in rows {
                expectNothingForTwoSeconds(row)
                #expect(Double(row["link_lost_packets"] ?? "") ?? 0 > 0 && row["duration_s"] == "9.000", "\(row)")
            }
        }
    }

    @Test("RabbitMQ is killed and started again, and what it or a logger has acknowledged arrives")
    func rabbitMQKilled() async throws {
        let arguments = ["--transport", "tcp,amqp,amqp:reply", "--faults", "rabbitmq-kill", "--stores", "sqlite"]
        try await withRows(of: arguments, limit: .seconds(200)) { rows, finished in
            #expect(finished.errors.text.contains("rabbitmq-kill is of amqp, amqp:reply alone"))
            #expect(rows.map { $0["transport"] } == ["amqp", "amqp"])
            for row in rows {
                #expect(row["duration_s"] == "15.000" && Double(row["largest_gap_ms"] ?? "") ?? 0 >= 1000, "\(row)")
            }
        }
    }

    @Test("A node of a cluster is killed and started again, and another one takes its place")
    func nodeKilled() async throws {
        let arguments = ["--transport", "amqp:quorum-cluster", "--faults", "node-kill"]
        try await withRows(of: arguments, rate: 100, limit: .seconds(200)) { rows, _ in
            #expect(rows.count == 1)
            for row in rows { #expect(row["fault"] == "node-kill" && row["duration_s"] == "15.000", "\(row)") }
        }
    }

    @Test("The leader of a cluster's queue is killed and started again, and neither half loses its connection")
    func leaderKilled() async throws {
        let arguments = ["--transport", "tcp,amqp:quorum-cluster", "--faults", "leader-kill", "--timeline-ms", "100"]
        try await withRows(of: arguments, rate: 100, limit: .seconds(200)) { rows, finished in
            #expect(finished.errors.text.contains("leader-kill is of amqp:quorum-cluster alone"))
            #expect(rows.count == 1)
            for row in rows {
                #expect(row["fault"] == "leader-kill" && row["duration_s"] == "15.000", "\(row)")
                // Who has lost a connection says so.
                #expect(row["not_sent"] == "0" && row["unknown"] == "0", "\(row)")
                #expect(Double(row["fault_lasted_ms"] ?? "") ?? 0 >= 1000, "\(row)")
            }
        }
    }

    @Test("RabbitMQ takes nothing for two seconds, and then all that has waited")
    func memoryAlarm() async throws {
        let arguments = ["--transport", "amqp,amqp:reply", "--faults", "memory-alarm"]
        try await withRows(of: arguments, limit: .seconds(150)) { rows, _ in
            #expect(rows.count == 2)
            for row in rows { expectNothingForTwoSeconds(row) }
        }
    }

    @Test("What others have started is not killed, and what nothing is promised of is not either")
    func rabbitMQRefused() async throws {
        let load = ["bench", "--faults", "rabbitmq-kill", "--rate", "200", "--duration", "6", "--payload-bytes", "100"]
        let given = try await runProgram(
            .brokerlab, load + ["--transport", "amqp", "--amqp", "amqp://guest:guest@127.0.0.1:1"])
        #expect(given.exitCode == 64 && given.errors.text.contains("is not this program's to do 'rabbitmq-kill' to"))
        let transient = try await runProgram(
            .brokerlab, load + ["--transport", "amqp:transient,amqp:unconfirmed,http"])
        #expect(
            transient.exitCode == 64
                && transient.errors.text.contains("acknowledged entries outlive; allowed: amqp, amqp:quorum"))
    }

    @Test("A ledger in memory outlives a logger that stands still, but not one that is killed, which is refused")
    func memory() async throws {
        let load = ["bench", "--transport", "http", "--rate", "200", "--duration", "6", "--payload-bytes", "100"]
        let refused = try await runProgram(.brokerlab, load + ["--faults", "logger-kill"])
        #expect(refused.exitCode == 64 && refused.errors.text.contains("needs store sqlite or postgres"))
        let arguments = ["--transport", "http", "--faults", "logger-stop"]
        try await withRows(of: arguments, limit: .seconds(120)) { rows, _ in #expect(rows.count == 1) }
    }
}
