import Foundation
import Testing

/// `bench --axes each`, from the outside: one axis after the other, in processes of their own.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct GrowthBenchTests {
    @Test("Measures the base and what is around it, over every transport, and writes slopes")
    func slopes() async throws {
        try await withTemporaryFolder { folder in
            let finished = try await runProgram(
                .brokerlab,
                [
                    "bench", "--suite", "growth", "--transport", "tcp,netrpc,grpc,http,amqp", "--payload-bytes",
                    "100,1048576", "--in-flight", "1,64", "--connections", "1,20", "--duration", "0.4", "--warmup",
                    "0.1", "--rounds", "1", "--quiet", "--out", folder.path,
                ], limit: .seconds(280))
            // One round decides nothing.
            #expect([0, 1, 3].contains(finished.exitCode), "\(finished.errors.text)")
            let rows = try ResultsCSV(contentsOf: folder.appending(path: "results.csv")).rows
            let loads = Set(
                rows.map { row in
                    ["payload_bytes", "in_flight", "connections"].map { row[$0] ?? "" }.joined(separator: " ")
                })
            #expect(loads == ["100 1 1", "1048576 1 1", "100 64 1", "100 20 20"])
            #expect(rows.count == 4 * 6)
            for row in rows {
                let reasons = (row["invalid_reason"] ?? "").components(separatedBy: "; ")
                #expect(row["valid"] == "true" || reasons.allSatisfy { $0.hasPrefix("audit: ") }, "\(row)")
                #expect(row["delivered"] == row["acked"] && row["acked"] == row["sent"], "\(row)")
            }
            // What the audit does not trust on a busy machine has no slope.
            guard rows.allSatisfy({ $0["valid"] == "true" }) else { return }
            let growth = try ResultsCSV(contentsOf: folder.appending(path: "growth.csv")).rows
            #expect(growth.count == 3 * (5 * 2 + 1))
            #expect(finished.output.text.contains("how costs grow by payload size"), "\(finished.output.text)")
        }
    }
}
