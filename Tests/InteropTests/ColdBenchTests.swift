import Foundation
import Subprocess
import Testing

/// `bench --cold-dials`, from the outside: each entry on a connection of its own, over every transport.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct ColdBenchTests {
    private static let dials = 20

    private func rows(_ transports: String, _ more: [String]) async throws -> [[String: String]] {
        try await withTemporaryFolder { folder in
            let finished = try await runProgram(
                .brokerlab,
                [
                    "bench", "--transport", transports, "--cold-dials", "\(Self.dials)", "--warmup", "0.01", "--rounds",
                    "1", "--payload-bytes", "100", "--quiet", "--out", folder.path,
                ] + more, limit: .seconds(120))
            // One round decides nothing.
            #expect([0, 3].contains(finished.exitCode), "\(finished.errors.text)")
            let again = try await runProgram(.brokerlab, ["report", folder.path])
            #expect(
                again.exitCode == 0 && again.output.text.contains("1 in flight, cold connections"),
                "\(again.output.text)")
            return try ResultsCSV(contentsOf: folder.appending(path: "results.csv")).rows
        }
    }

    private func expectReconciled(_ row: [String: String]) {
        let reasons = (row["invalid_reason"] ?? "").components(separatedBy: "; ")
        #expect(row["valid"] == "true" || reasons.allSatisfy { $0.hasPrefix("audit: ") }, "\(row)")
        // What holds of cold connections holds however busy the machine is.
        #expect(
            !reasons.contains { $0.contains("Little") || $0.contains("stationary") || $0.contains("TLS") }, "\(row)")
        let dials = "\(Self.dials)"
        #expect(row["sent"] == dials && row["acked"] == dials && row["delivered"] == dials, "\(row)")
        #expect(row["lost"] == "0" && row["duplicated"] == "0" && row["corrupt"] == "0", "\(row)")
        #expect(row["load_model"] == "cold" && row["in_flight"] == "1" && row["connections"] == "1", "\(row)")
    }

    @Test(
        "Every transport in cleartext, over TLS and over mutual TLS: each dial is accounted for, with its handshake's bytes"
    )
    func allTransports() async throws {
        let transports = "tcp,netrpc,grpc,grpc:stream,http,http:http2,amqp,amqp:reply"
        let rows = try await rows(transports, ["--tls", "off,on,mutual"])
        // A control each.
        #expect(rows.count == 3 * 9)
        for row in rows {
            expectReconciled(row)
            func number(_ column: String) throws -> Double {
                try #require(Double(row[column] ?? ""), "\(column) of \(row)")
            }
            #expect(try number("connect_p50_us") <= number("ack_p50_us"), "\(row)")
            let (sent, received) = try (number("handshake_tx_bytes"), number("handshake_rx_bytes"))
            #expect(try sent < number("wire_tx_bytes_per_msg"), "\(row)")
            #expect(try received < number("wire_rx_bytes_per_msg"), "\(row)")
            if row["tls_setting"] != "off" {
                #expect(row["tls_version"] == "TLSv1.3", "\(row)")
                // A ClientHello; and a certificate with its signature, by a full handshake each time.
                #expect(sent > 200 && received > 500, "\(row)")
            } else if ["tcp", "http"].contains(row["name"]) {
                // There is nothing to be said before the first entry.
                #expect(sent == 0 && received == 0, "\(row)")
            }
            #expect(row["connect_round_trips"] == "" && row["cold_round_trips"] == "", "\(row)")
        }
        // The broker's certificate and its signature, wherever they are asked for, by RabbitMQ as well.
        func sent(_ tls: String, _ name: String) throws -> Double {
            let own = rows.filter { $0["tls_setting"] == tls && $0["name"] == name }
            return try #require(own.compactMap { Double($0["wire_tx_bytes_per_msg"] ?? "") }.max())
        }
        for name in Set(rows.compactMap { $0["name"] }) {
            #expect(try sent("mutual", name) > sent("on", name) + 300, "\(name)")
        }
    }

    @Test("Over Unix sockets, whose bytes nobody counts")
    func unixSockets() async throws {
        let rows = try await rows("tcp,http", ["--socket", "unix"])
        #expect(rows.count == 3)
        for row in rows {
            expectReconciled(row)
            #expect(row["handshake_tx_bytes"] == "" && row["wire_tx_bytes_per_msg"] == "", "\(row)")
        }
    }

    @Test("Over a link, a handshake of TCP is a round trip, one of TLS another, and an entry one more", .link)
    func roundTrips() async throws {
        let rows = try await rows("tcp,http", ["--network", "rtt_ms=5", "--tls", "off,on"])
        #expect(rows.count == 2 * 3)
        for row in rows {
            expectReconciled(row)
            // A busy machine adds to a median of twenty what it may, and takes nothing off.
            let connect = try #require(Double(row["connect_round_trips"] ?? ""))
            let whole = try #require(Double(row["cold_round_trips"] ?? ""))
            let handshakes = row["tls_setting"] == "on" ? 2.0 : 1.0
            #expect(connect >= handshakes - 0.05 && whole >= handshakes + 0.95, "\(row)")
        }
        func fastest(_ tls: String) throws -> Double {
            try #require(
                rows.filter { $0["tls_setting"] == tls }.compactMap { Double($0["connect_round_trips"] ?? "") }.min())
        }
        #expect(try fastest("off") < fastest("on"))
    }
}
