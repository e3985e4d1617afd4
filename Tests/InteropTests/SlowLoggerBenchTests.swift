import Foundation
import Subprocess
import Testing

/// `bench --logger-work-us`, from the outside: a logger that works on each entry before it records it.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct SlowLoggerBenchTests {
    @Test("A logger of 1 ms an entry and one event loop carries no more than 1,000 a second, whatever brings them")
    func work() async throws {
        try await withTemporaryFolder { folder in
            let finished = try await runProgram(
                .brokerlab,
                [
                    "bench", "--transport", "tcp,netrpc,grpc,http", "--logger-work-us", "0,1000", "--duration", "0.5",
                    "--warmup", "0.05", "--rounds", "1", "--payload-bytes", "100", "--in-flight", "8", "--placement",
                    "free", "--quiet", "--out", folder.path,
                ], limit: .seconds(240))
            // One round decides nothing.
            #expect([0, 1, 3].contains(finished.exitCode), "\(finished.errors.text)")
            let rows = try ResultsCSV(contentsOf: folder.appending(path: "results.csv")).rows
            #expect(rows.count == 2 * 5)
            for row in rows {
                let reasons = (row["invalid_reason"] ?? "").components(separatedBy: "; ")
                #expect(row["valid"] == "true" || reasons.allSatisfy { $0.hasPrefix("audit: ") }, "\(row)")
                #expect(!reasons.contains { $0.contains("was to work") }, "\(row)")
                guard row["logger_work_us"] == "1000" else { continue }
                #expect(Double(row["throughput_msgs_per_s"] ?? "") ?? .infinity <= 1000, "\(row)")
                #expect(Double(row["logger_cpu_us_per_msg"] ?? "") ?? 0 >= 950, "\(row)")
            }
        }
    }

    @Test("A logger that runs already, or is another program, is not told of it, which is said")
    func others() async throws {
        for others in [["--to", "http=127.0.0.1:1"], ["--transport", "http", "--logger-command", "true"]] {
            let finished = try await runProgram(.brokerlab, ["bench", "--logger-work-us", "100"] + others)
            #expect(
                finished.exitCode == 64 && finished.errors.text.contains("leave out --logger-work-us"),
                "\(finished.errors.text)")
        }
        let finished = try await runProgram(.brokerlab, ["logger", "--work-us", "20000"])
        #expect(finished.exitCode == 64 && finished.errors.text.contains("--work-us takes 0 to 10000"))
    }
}
