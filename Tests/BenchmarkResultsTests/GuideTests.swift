import Testing

@testable import BenchmarkResults

@Suite("What the files and suites are explained with")
struct GuideTests {
    @Test("every column of every file stands in the guide, in the files' order, with its meaning")
    func columns() {
        let lines = ColumnGuide.text.split(separator: "\n").filter { $0.hasPrefix("  ") }
        let names = lines.map { $0.split(separator: " ").first.map(String.init) ?? "" }
        #expect(
            names
                == ResultColumns.header + SummaryColumns.header + TimelineColumns.all.map(\.column.name)
                + LayerCost.columns.map(\.name) + Decomposition.columns.map(\.name) + Growth.columns.map(\.name))
        #expect(lines.allSatisfy { $0.hasSuffix(".") })
        #expect(lines.contains { $0.contains("msgs/s  Entries acknowledged a second") })
        for prefix in ["ack_p50_us", "ack_mean_us"] {
            #expect(lines.contains { $0.hasPrefix("  \(prefix) ") && $0.contains(" us      The ") })
        }
    }

    @Test("columns have their unit, which their name ends in where it has one")
    func units() {
        let own = ResultColumns.all.map { ($0.column.name, $0.column.unit) }
        for (name, unit) in own + TimelineColumns.all.map({ ($0.column.name, $0.column.unit) }) {
            if name.hasSuffix("_us") { #expect(unit == "us", "\(name)") }
            if name.hasSuffix("_ms") { #expect(unit == "ms", "\(name)") }
            if name.hasSuffix("_pct") { #expect(unit == "%", "\(name)") }
            if name.hasSuffix("_bytes") { #expect(unit == "B", "\(name)") }
        }
    }

    @Test("the medians of summary.csv are columns of results.csv")
    func medians() {
        #expect(SummaryRow.medianColumns.count == 11)
        #expect(SummaryRow.medianColumns.allSatisfy { ResultColumns.header.contains($0.column.name) })
    }

    @Test("every key stands in the guide, with its bounds and its flag where it has them")
    func keys() {
        let guide = SuiteGuide.keys(
            TransportChoice(
                known: ["tcp", "grpc:stream"], standard: ["tcp"], references: References(floor: "tcp")))
        let lines = guide.split(separator: "\n")
        let heads = lines.dropFirst().filter { !$0.hasPrefix(" ") }
        #expect(heads.map { String($0.prefix { $0 != ":" }) } == SuiteKey.all.map(\.name))
        #expect(lines.contains("in_flight: [N, ...], 1 to 10000  (--in-flight)"))
        #expect(lines.contains("rate_per_s: [NUMBER or saturation, ...], 0.1 to 10000000.0  (--rate)"))
        #expect(lines.contains("placement: free or split or one-cpu  (--placement)"))
        #expect(lines.contains("min_msgs_per_s: NUMBER, 0.1 to 10000000.0"))
        #expect(lines.contains("    The transports to measure, separated by commas: tcp, grpc:stream."))
    }

    @Test("a file of what the guide says that may be left out is the suite of a file that leaves it out")
    func leftOut() throws {
        let choice = TransportChoice(
            known: ["tcp", "grpc"], standard: ["tcp", "grpc"], references: References(floor: "tcp"))
        func suite(_ text: String) throws -> BenchmarkResults.Suite {
            try SuiteFile(path: "s.yaml", text: "seed: 1\n" + text).suite(transports: choice)
        }
        let guide = SuiteGuide.keys(choice).split(separator: "\n", omittingEmptySubsequences: false)
        let lines = guide.dropFirst(2).prefix { !$0.isEmpty }.map { $0.drop { $0 == " " } }
        #expect(lines.count == 10)
        #expect(try suite(lines.joined(separator: "\n")) == suite(""))
    }

    @Test("built-in suites are listed with what they are for")
    func builtIn() {
        let lines = SuiteGuide.builtIn.split(separator: "\n")
        #expect(lines.count == BenchmarkResults.Suite.builtInNames.count)
        #expect(lines.first == "quick              Half a minute")
        #expect(lines.allSatisfy { $0.count > 30 && $0.count <= 130 })
    }
}
