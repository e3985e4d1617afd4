import Foundation
import MachineTestKit
import Testing

/// Debian's Prometheus, with a folder and a port of its own, from when it is started until a test's scope ends.
struct RunningPrometheus: Sendable {
    /// A value that a query has found: its labels, and its number.
    struct Found: Sendable {
        var labels: [String: String]
        var value: Double
    }

    private let address: String

    /// Runs one that reads the metrics at `target` every second, while `body` runs.
    static func run(
        scraping target: String, limit: Duration = .seconds(150), _ body: (RunningPrometheus) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let configuration = folder.appending(path: "prometheus.yml")
            try Data(
                """
                global:
                  scrape_interval: 1s
                  scrape_timeout: 1s
                scrape_configs:
                  - job_name: brokerlab
                    static_configs:
                      - targets: ['\(target)']

                """.utf8
            ).write(to: configuration)
            let port = try ReservedPort()
            let arguments = [
                "--config.file=\(configuration.path)", "--storage.tsdb.path=\(folder.appending(path: "data").path)",
                "--web.listen-address=\(port.address)", "--log.level=warn",
            ]
            let prometheus = RunningPrometheus(address: port.release())
            try await withProgram(.prometheus, arguments, limit: limit) { _ in try await body(prometheus) }
        }
    }

    /// Asks again and again until the answer is as it should be: what was read a moment ago is not there to be found at once.
    func query(_ expression: String, until isEnough: ([Found]) -> Bool) async throws -> [Found] {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            let found = try? await query(expression)
            if let found, isEnough(found) { return found }
            guard ContinuousClock.now < deadline else { return try #require(found, "\(expression)") }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Asks once.
    func query(_ expression: String) async throws -> [Found] {
        let answer = try await runProgram(
            .promtool, ["query", "instant", "--format=json", "http://\(address)", expression])
        try #require(answer.exitCode == 0, "\(answer.errors.text)")
        let samples = try #require(
            try JSONSerialization.jsonObject(with: Data(answer.output.text.utf8)) as? [[String: Any]])
        return try samples.map { sample in
            let value = try #require((sample["value"] as? [Any])?.last as? String)
            return Found(
                labels: sample["metric"] as? [String: String] ?? [:], value: try #require(Double(value)))
        }
    }
}
