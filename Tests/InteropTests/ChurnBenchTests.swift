import Foundation
import Subprocess
import Testing

/// `bench --churn`, from the outside: connections that are closed after a number of entries, over every transport.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ChurnBenchTests {
    private func rows(_ transports: String, _ more: [String]) async throws -> [[String: String]] {
        try await withTemporaryFolder { folder in
            let finished = try await runProgram(
                .brokerlab,
                [
                    "bench", "--transport", transports, "--duration", "0.2", "--warmup", "0.05", "--rounds", "1",
                    "--payload-bytes", "100", "--quiet", "--out", folder.path,
                ] + more, limit: .seconds(240))
            // One round decides nothing.
            #expect([0, 1, 3].contains(finished.exitCode), "\(finished.errors.text)")
            return try ResultsCSV(contentsOf: folder.appending(path: "results.csv")).rows
        }
    }

    private func expectReconciled(_ row: [String: String]) throws {
        let reasons = (row["invalid_reason"] ?? "").components(separatedBy: "; ")
        #expect(row["valid"] == "true" || reasons.allSatisfy { $0.hasPrefix("audit: ") }, "\(row)")
        #expect(row["sent"] == row["acked"] && row["delivered"] == row["acked"] && row["acked"] != "0", "\(row)")
        #expect(row["lost"] == "0" && row["duplicated"] == "0" && row["corrupt"] == "0", "\(row)")
        let (acked, churn) = (Int(row["acked"] ?? "") ?? 0, Int(row["churn"] ?? "") ?? 0)
        guard churn > 0 else {
            #expect(row["dialed_connections"] == "", "\(row)")
            return
        }
        let (dialed, inFlight) = (
            try #require(Int(row["dialed_connections"] ?? ""), "\(row)"), Int(row["in_flight"] ?? "") ?? 0
        )
        // What was open before had room for as many, and what is open at the end need not be full.
        #expect(dialed * churn + inFlight * churn >= acked, "\(row)")
        #expect(dialed <= acked / churn + inFlight, "\(row)")
        #expect(row["wire_tx_bytes_per_msg"] == "", "\(row)")
    }

    @Test(
        "Every transport and variant but clusters, kept, after each entry and after seven: every entry is accounted for"
    )
    func allTransports() async throws {
        let transports =
            "tcp,netrpc,grpc,grpc:stream,http,http:protobuf,http:gob,http:json-foundation,http:pipelined,http:http2,"
            + "http:http2-protobuf,amqp,amqp:quorum,amqp:reply,amqp:transient,amqp:unconfirmed,amqp:4-channels,"
            + "amqp:ack-batch,amqp:ack-batch-1024,amqp:prefetch-32,amqp:prefetch-2048,amqp:classic-v1,amqp:protobuf,amqp:gob"
        let rows = try await rows(transports, ["--churn", "0,1,7", "--in-flight", "8", "--connections", "2"])
        // A control under each load.
        #expect(rows.count == 3 * 25)
        for row in rows { try expectReconciled(row) }
        #expect(Set(rows.compactMap { $0["churn"] }) == ["0", "1", "7"])
    }

    @Test("At a rate, over several event loops and TLS, and over Unix sockets")
    func openLoop() async throws {
        let load = ["--churn", "10", "--in-flight", "16", "--connections", "4", "--placement", "free"]
        for more in [["--rate", "400", "--tls", "off,on"], ["--rate", "400", "--socket", "unix"]] {
            let rows = try await rows("tcp,grpc,http,netrpc", load + more)
            #expect(rows.count == (more.contains("unix") ? 5 : 10))
            for row in rows {
                try expectReconciled(row)
                #expect(row["load_model"] == "open" && row["generator_spin_pct"] == "0.000", "\(row)")
            }
        }
    }

    @Test(
        "In a suite of slices it is told that there are none",
        arguments: [["--churn", "7"], ["--slice-ms", "0"]])
    func inOnePiece(_ more: [String]) async throws {
        try await withTemporaryFolder { folder in
            let finished = try await runProgram(
                .brokerlab,
                [
                    "bench", "--suite", "quick", "--transport", "tcp", "--duration", "0.1", "--warmup", "0.05",
                    "--rounds", "1", "--out", folder.path,
                ] + more)
            // One round decides nothing.
            #expect([0, 1, 3].contains(finished.exitCode), "\(finished.errors.text)")
            // What was asked for by name is not told again.
            let isTold = finished.errors.text.contains(
                "one cell after the other, not by turns of 25.0 ms as the suite quick is")
            #expect(isTold == (more[0] == "--churn"), "\(finished.errors.text)")
        }
    }

    @Test("A load generator that knows nothing of it is not believed, and the bench's own parties are refused")
    func others() async throws {
        try await withTemporaryFolder { folder in
            let finished = try await runProgram(
                .brokerlab,
                [
                    "bench", "--transport", "grpc", "--brokers", "swift,go", "--loggers", "swift,go", "--churn", "5",
                    "--out", folder.path,
                ])
            #expect(finished.exitCode == 64, "\(finished.errors.text)")
            #expect(
                finished.errors.text.contains("by this project's own load generator alone; leave out brokers or churn"),
                "\(finished.errors.text)")
        }
    }

    @Test("Over a link, the entries that wait for a dial take round trips more", .link)
    func overLink() async throws {
        let rows = try await rows(
            "tcp,grpc", ["--network", "rtt_ms=5", "--churn", "0,1", "--in-flight", "4", "--connections", "2"])
        #expect(rows.count == 2 * 3)
        for row in rows {
            try expectReconciled(row)
            // A dial is a round trip of TCP at the least, and an entry another one.
            guard let p50 = Double(row["ack_p50_us"] ?? "") else {
                // Of too few entries no percentile is given.
                #expect(Int(row["acked"] ?? "") ?? 0 < 100, "\(row)")
                continue
            }
            #expect(p50 >= (row["churn"] == "1" ? 9900 : 4950), "\(row)")
        }
    }
}
