import Metrics
import Testing

@testable import BenchmarkResults

/// Rows that were held against an account of what arrived, and rows that were not.
@Suite("Rows that are not reconciled")
struct UnreconciledTests {
    private let suite = {
        var suite = BenchmarkResults.Suite(
            name: "s", transports: ["http", "grpc", "netrpc"], payloadBytes: [100], inFlight: [1], rounds: 7, seed: 1)
        suite.references = References(floor: "tcp", baseline: "grpc")
        return suite
    }()

    /// Rows of seven rounds, in which each transport is far faster than the next one.
    private func report(blackBoxes: Set<String>) -> Report {
        let rows = (1...7).flatMap { block in
            suite.transports.enumerated().map { index, transport in
                var row = ResultRow.sample(
                    transport: transport, block: block, throughput: 10_000 / Double(index + 1) + Double(block * 7 % 5))
                if blackBoxes.contains(transport) {
                    row.isReconciled = false
                    (row.delivered, row.lost, row.loggerCPUUsPerMessage) = (nil, nil, nil)
                    row.loggerImplementation = "10.0.0.1:1"
                }
                return row
            }
        }
        let record = RunRecord(
            suite: suite, environment: BenchmarkEnvironment(cpuCount: 2), floor: "tcp",
            startedAt: "2026-01-31T12:00:00Z", command: [])
        return Report(record: record, rows: rows)
    }

    @Test("are ranked among themselves, and never with others")
    func ranks() {
        #expect(report(blackBoxes: []).summary.map(\.place) == ["1", "2", "3"])
        let mixed = report(blackBoxes: ["http"])
        #expect(mixed.summary.map(\.isReconciled) == [false, true, true])
        #expect(mixed.summary.map(\.place) == [nil, "1", "2"])
        #expect(mixed.comparisons(at: suite.points[0]).map { [$0.first, $0.second] } == [["grpc", "netrpc"]])
        #expect(mixed.table.contains("recorded (not reconciled)"))
        let two = report(blackBoxes: ["http", "netrpc"])
        #expect(two.summary.map(\.place) == ["1", nil, "2"])
        #expect(report(blackBoxes: Set(suite.transports)).summary.map(\.place) == ["1", "2", "3"])
    }

    @Test("the verdict claims of no entry that it arrived where nobody knows")
    func verdict() {
        func last(_ blackBoxes: Set<String>) -> String? {
            Verdict(of: report(blackBoxes: blackBoxes)).sentences.last?.text
        }
        #expect(last([]) == "Each of the 210 entries sent arrived once and unchanged.")
        #expect(
            last(["http"])
                == "Each of the 140 entries sent arrived once and unchanged. 70 more were acknowledged by loggers that give no "
                + "account of what arrived.")
        #expect(
            last(Set(suite.transports))
                == "Each of the 210 entries sent was acknowledged by loggers that give no account of what arrived.")
        #expect(report(blackBoxes: ["http"]).junit.text.contains("7 of them are not reconciled"))
    }

    @Test("say so in a file, as do who played; files of before are of rows that were")
    func files() throws {
        var row = ResultRow.sample()
        (row.brokerImplementation, row.brokerVersion) = ("python", "3")
        (row.loggerImplementation, row.isReconciled) = ("10.0.0.1:1", false)
        let fields = ResultColumns.fields(
            of: ReportedResult(row: row, suite: suite, environment: BenchmarkEnvironment(cpuCount: 2)))
        let place = try #require(ResultColumns.header.firstIndex(of: "broker_impl"))
        #expect(
            Array(ResultColumns.header[place...].prefix(5))
                == ["broker_impl", "broker_impl_version", "logger_impl", "logger_impl_version", "reconciled"])
        #expect(Array(fields[place...].prefix(5)) == ["python", "3", "10.0.0.1:1", "", "false"])
        func read(_ count: Int) throws -> ResultRow {
            var row = ResultRow(number: 1)
            let record = Fields(
                path: "x", record: CSVReader.Record(fields: Array(fields.prefix(count)), line: 2),
                columns: Dictionary(zip(ResultColumns.header.prefix(count), 0...)) { $1 })
            for column in ResultColumns.all { try column.read(record, &row) }
            return row
        }
        let all = try read(fields.count)
        #expect(!all.isReconciled && all.brokerImplementation == "python" && all.brokerVersion == "3")
        #expect(all.loggerImplementation == "10.0.0.1:1" && all.planned.cell.store == .memory)
        #expect(try read(place).isReconciled)
    }

    @Test("are no advice, and are not compared with a run that knows what arrived")
    func comparisons() {
        let (known, unknown) = (report(blackBoxes: []), report(blackBoxes: Set(suite.transports)))
        #expect(RunComparison(old: known, new: unknown).isRefused)
        #expect(!RunComparison(old: unknown, new: unknown).isRefused)
        #expect(
            RunDifference.all(known, unknown).map(\.text).contains(
                "account of what arrived: of every row, then of no row"))
    }
}
