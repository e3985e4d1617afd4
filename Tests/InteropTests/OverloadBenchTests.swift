import Foundation
import Subprocess
import Testing

/// `bench --overload`, from the outside: more than is carried, over every transport.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct OverloadBenchTests {
    @Test(
        "Every transport is offered half and three times what it carries; each entry is sent or held back, and arrives")
    func accounted() async throws {
        try await withTemporaryFolder { folder in
            let finished = try await runProgram(
                .brokerlab,
                [
                    "bench", "--transport", "tcp,netrpc,grpc,http,amqp", "--overload", "0.5,3", "--logger-work-us",
                    "500", "--in-flight", "8", "--payload-bytes", "100", "--duration", "1", "--warmup", "0.3",
                    "--rounds", "1", "--placement", "free", "--quiet", "--out", folder.path,
                ], limit: .seconds(280))
            // One round decides nothing.
            #expect([0, 1, 3].contains(finished.exitCode), "\(finished.errors.text)")
            let rows = try ResultsCSV(contentsOf: folder.appending(path: "results.csv")).rows
            #expect(rows.count == 2 * 5)
            for row in rows {
                func count(_ column: String) throws -> Int {
                    try #require(Int(row[column] ?? ""), "\(column): \(row)")
                }
                let reasons = (row["invalid_reason"] ?? "").components(separatedBy: "; ")
                #expect(row["valid"] == "true" || reasons.allSatisfy { $0.hasPrefix("audit: ") }, "\(row)")
                #expect(try count("offered") == count("sent") + count("held_back"), "\(row)")
                #expect(try count("delivered") == count("acked") && count("acked") == count("sent"), "\(row)")
                // The logger works 500 us on each, on one core.
                #expect(Double(row["carried_msgs_per_s"] ?? "") ?? .infinity <= 2000, "\(row)")
                #expect(Double(row["drain_ms"] ?? "") != nil && row["load_model"] == "overload", "\(row)")
                #expect((row["queue_rss_peak_bytes"] != "") == (row["transport"] == "amqp"), "\(row)")
                // What is carried while others take the cores is less than what is carried afterwards.
                if row["overload"] == "3.00", row["transport"] != "amqp", row["valid"] == "true" {
                    #expect(try count("held_back") > 0, "\(row)")
                }
            }
            #expect(finished.output.text.contains("offered in times of what was carried"), "\(finished.output.text)")
        }
    }

    @Test("A load generator that need not go by what was carried is refused")
    func others() async throws {
        let finished = try await runProgram(
            .brokerlab,
            ["bench", "--overload", "2", "--warmup", "1", "--transport", "http", "--broker-command", "true"])
        #expect(
            finished.exitCode == 64 && finished.errors.text.contains("leave out --overload"), "\(finished.errors.text)")
        let sliced = try await runProgram(
            .brokerlab, ["bench", "--slice-ms", "10", "--transport", "http", "--broker-command", "true"])
        #expect(sliced.exitCode == 64 && sliced.errors.text.contains("leave out --slice-ms"), "\(sliced.errors.text)")
    }
}
