import Broker
import Foundation

/// What all rows of a run have in common: the file `run.json` beside `results.csv`.
package struct RunRecord: Codable, Sendable {
    /// The suite as it was run, the seed included.
    var suite: Suite
    /// The machine and the build.
    var environment: BenchmarkEnvironment
    /// The transport that the others are divided by.
    var floor: String
    /// When the run began, as `2026-01-31T12:00:00Z`.
    var startedAt: String
    /// The command that ran it, for a reader who wants to run it again.
    var command: [String]

    /// Reads `run.json`.
    /// - Throws: ``BenchmarkError`` when there is none, or it is something else.
    init(path: String) throws(BenchmarkError) {
        let text = try SmallFile.results(at: path)
        do {
            self = try JSONDecoder().decode(RunRecord.self, from: Data(text.utf8))
            // What it always was before records said it.
            suite.references = suite.references ?? References(floor: floor, baseline: "grpc")
        } catch {
            throw BenchmarkError("\(path) is not the record of a benchmark, or one of another version of brokerlab")
        }
    }

    /// The record of a run.
    package init(
        suite: Suite, environment: BenchmarkEnvironment, floor: String, startedAt: String, command: [String]
    ) {
        self.suite = suite
        self.environment = environment
        self.floor = floor
        self.startedAt = startedAt
        self.command = command.map(\.hidingPasswords)
    }

    /// The file's text.
    package var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) + "\n" } ?? ""
    }
}
