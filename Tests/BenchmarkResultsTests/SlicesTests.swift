import Testing

@testable import BenchmarkResults

private let known = TransportChoice(known: ["tcp", "http"], standard: ["tcp", "http"])

@Suite("A suite's slices")
struct SlicesTests {
    private static func suite(_ keys: [String: SuiteValue]) throws -> BenchmarkResults.Suite {
        var overrides = SuiteOverrides()
        for (key, value) in keys { overrides[key] = value }
        return try BenchmarkResults.Suite.load("default", transports: known).applying(overrides, transports: known)
    }

    @Test(
        "stay where flags leave entries that are answered soon",
        arguments: [
            [:], ["rounds": .integer(3)], ["payload_bytes": .integers([100, 1_048_576]), "in_flight": .integers([1])],
            ["payload_bytes": .integers([100]), "in_flight": .integers([1, 256])], ["rate_per_s": .rates([100, nil])],
            ["socket": .texts(["unix"])],
            ["duration_s": .number(0.05)],
        ] as [[String: SuiteValue]])
    func stay(keys: [String: SuiteValue]) throws {
        #expect(try Self.suite(keys).sliceMs == 25)
    }

    @Test(
        "go where flags ask for what is measured in one piece",
        arguments: [
            ["payload_bytes": .integers([1_048_576])], ["in_flight": .integers([1, 1024])],
            ["logger_work_us": .integers([0, 1000])], ["rate_per_s": .rates([100])],
            ["store": .texts(["memory", "sqlite"])],
            ["network": .texts(["wan"])], ["churn": .integers([10])],
            ["timeline_ms": .number(10)], ["cold_dials": .integer(10)],
            ["overload": .numbers([2]), "warmup_s": .number(0.2)],
            ["brokers": .texts(["go"]), "loggers": .texts(["go"])], ["placement": .text("free")],
            ["slice_ms": .number(0)],
        ] as [[String: SuiteValue]])
    func go(keys: [String: SuiteValue]) throws {
        #expect(try (Self.suite(keys).sliceMs ?? 0) == 0)
    }

    @Test(
        "are refused beside flags that ask for what is measured in one piece, where a flag asks for them, too",
        arguments: [
            ["store": .texts(["memory", "sqlite"])], ["churn": .integers([10])], ["timeline_ms": .number(10)],
        ] as [[String: SuiteValue]])
    func refused(keys: [String: SuiteValue]) throws {
        let error = try #require(throws: SuiteError.self) {
            try Self.suite(keys.merging(["slice_ms": .number(10)]) { $1 })
        }
        #expect(error.description.hasPrefix("--slice-ms: "))
    }

    @Test("are as wide as a flag says, whatever the load")
    func given() throws {
        let keys: [String: SuiteValue] = ["slice_ms": .number(100), "payload_bytes": .integers([1_048_576])]
        #expect(try Self.suite(keys).sliceMs == 100)
    }
}
