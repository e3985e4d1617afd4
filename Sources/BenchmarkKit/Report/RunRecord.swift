import Foundation

/// What all rows of a run have in common: the file `run.json` beside `results.csv`.
struct RunRecord: Codable, Sendable {
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
    /// What parts of the way cost, where that was measured.
    var decomposition: [CostPart] = []

    /// Reads `run.json`.
    /// - Throws: ``BenchmarkError`` when there is none, or it is something else.
    init(path: String) throws(BenchmarkError) {
        guard let text = SmallFile.text(at: path) else {
            throw BenchmarkError("\(path) cannot be read. Name a folder that 'brokerlab bench' has made.")
        }
        do {
            self = try JSONDecoder().decode(RunRecord.self, from: Data(text.utf8))
        } catch {
            throw BenchmarkError("\(path) is not the record of a benchmark, or one of another version of brokerlab")
        }
    }

    init(
        suite: Suite, environment: BenchmarkEnvironment, floor: String, startedAt: String, command: [String],
        decomposition: [CostPart] = []
    ) {
        self.suite = suite
        self.environment = environment
        self.floor = floor
        self.startedAt = startedAt
        self.command = command
        self.decomposition = decomposition
    }

    /// The file's text.
    var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) + "\n" } ?? ""
    }
}

/// What one part of an entry's way costs, in microseconds of CPU time an entry.
public struct CostPart: Codable, Sendable, Hashable {
    /// The transport's selector.
    public var transport: String
    /// The length of the entry's text, in bytes.
    public var payloadBytes: Int
    /// `codec`, `engine`, `loopback`, `queue`.
    public var part: String
    /// The cost up to and including this part, in microseconds of CPU time an entry, over both halves.
    public var cumulativeUs: Double

    /// Creates a part.
    public init(transport: String, payloadBytes: Int, part: String, cumulativeUs: Double) {
        self.transport = transport
        self.payloadBytes = payloadBytes
        self.part = part
        self.cumulativeUs = cumulativeUs
    }
}
