import Foundation
import Testing

@testable import BenchmarkResults

/// `results.csv` that went through a spreadsheet, or through worse.
@Suite("Results that were edited")
struct SpreadsheetTests {
    private static let suite = BenchmarkResults.Suite(
        name: "s", transports: ["tcp"], payloadBytes: [100], inFlight: [1], rounds: 1, seed: 5)

    private static let original: String = {
        let rows: [ResultRow] = [.sample(), .sample(invalidReasons: ["it said \"no, never\""])]
        return CSV.record(ResultColumns.header)
            + rows.map { row in
                let environment = BenchmarkEnvironment(host: "h", os: "Debian, Linux", cpuModel: nil, cpuCount: 2)
                return CSV.record(
                    ResultColumns.fields(of: ReportedResult(row: row, suite: suite, environment: environment)))
            }.joined()
    }()

    private func read(_ text: String) throws -> [ResultRow] {
        let path = NSTemporaryDirectory() + "brokerlab-edited-\(UUID()).csv"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        do {
            return try ResultsReader(path: path).rows
        } catch {
            // Without the folder, which differs.
            throw BenchmarkError(error.message.replacing(path, with: "results.csv"))
        }
    }

    @Test("what is harmless is read as what it is")
    func harmless() throws {
        let plain = try read(Self.original)
        #expect(plain.count == 2 && plain[0].throughput == 12345.6 && plain[0].isValid && !plain[1].isValid)
        let lines = Self.original.replacing("\r\n", with: "\n")
        let texts = [
            "\u{FEFF}" + Self.original, lines, String(lines.dropLast()), lines + "\n\n", Self.original + ",,,\r\n\r\n",
            Self.original.replacing("\r\n", with: "\r"), Self.original.replacing(",tcp,", with: ",\"tcp\","),
            Self.original.replacing("true", with: "TRUE").replacing("false", with: "FALSE"),
        ]
        for (index, text) in texts.enumerated() {
            let rows = try read(text)
            #expect(rows.map(\.throughput) == plain.map(\.throughput), "text \(index)")
            #expect(rows.map(\.invalidReasons) == plain.map(\.invalidReasons), "text \(index)")
            #expect(rows.map(\.planned.cell) == plain.map(\.planned.cell), "text \(index)")
        }
    }

    @Test(
        "what is not is refused, with its line and column",
        arguments: [
            (
                "12345.600", "\"12345,600\"",
                "results.csv:2: throughput_msgs_per_s (column 37): '12345,600' is not a number; numbers have a decimal point"
            ),
            (
                "12345.600", "1,2345.600",
                "results.csv:2: \(ResultColumns.header.count + 1) fields, and the header has \(ResultColumns.header.count)"
            ),
            ("12345.600", "1.23456E", "results.csv:2: throughput_msgs_per_s (column 37): '1.23456E' is not a number"),
            ("12345.600", "#VALUE!", "results.csv:2: throughput_msgs_per_s (column 37): '#VALUE!' is not a number"),
            (",100,1,", ",0100,1,", "results.csv:2: payload_bytes (column 18): '0100' is not a whole number"),
            (",100,1,", ",,1,", "results.csv:2: payload_bytes is empty"),
            (",true,", ",wahr,", "results.csv:2: valid (column 61): 'wahr' is not true or false"),
            ("\r\n1,", "\r\n\r\n1,", "results.csv:2: schema version '', this program reads version 1"),
            ("\r\n1,", "\r\n1.0,", "results.csv:2: schema version '1.0', this program reads version 1"),
            (",tcp,", ",tc\"p,", "results.csv:2: a quote within a field that is not quoted"),
            (",tcp,", ",\"tcp\"x,", "results.csv:2: text behind the quote that ends a field"),
            (",tcp,", ",\"tcp,", "results.csv:"),
        ])
    func refused(part: String, edited: String, message: String) throws {
        let range = try #require(Self.original.firstRange(of: part))
        let text = Self.original.replacingCharacters(in: range, with: edited)
        let error = try #require(throws: BenchmarkError.self) { try read(text) }
        #expect(error.description.hasPrefix(message), "\(error)")
    }

    @Test("fields that are separated by semicolons are told as such")
    func semicolons() throws {
        let error = try #require(throws: BenchmarkError.self) {
            try read(Self.original.replacing(",", with: ";"))
        }
        #expect(error.description.hasSuffix("its fields have to be separated by commas"))
    }

    @Test("a text that a spreadsheet would run is written as a text, and read as what it was")
    func formulas() throws {
        for text in ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "-", "=\"x\",y"] {
            #expect(CSV.record([text]).first == (text.contains("\"") ? "\"" : "'"))
            let records = try CSVReader.records(CSV.record([text, "x"]), of: "x.csv")
            #expect(records.map { CSV.text(of: $0.fields[0]) } == [text])
        }
        for number in ["-1", "-0.5", "12.5", "it's", "'", "a=b"] { #expect(CSV.record([number]) == number + "\r\n") }
        var row = ResultRow.sample()
        row.peerVersion = "=HYPERLINK(\"http://evil\")\u{1b}[2J\n"
        let environment = BenchmarkEnvironment(host: "h", os: "o", cpuModel: nil, cpuCount: 2)
        let fields = ResultColumns.fields(of: ReportedResult(row: row, suite: Self.suite, environment: environment))
        let text = CSV.record(ResultColumns.header) + CSV.record(fields)
        #expect(text.contains(#""'=HYPERLINK(""http://evil"")\u{1b}[2J\n""#))
        #expect(try read(text)[0].peerVersion == #"=HYPERLINK("http://evil")\u{1b}[2J\n"#)
    }

    @Test("markup is escaped scalar by scalar, and JSON is printable")
    func markup() {
        #expect(
            Markup.escape("<\u{338}script>\"\u{301} onload='x'&\u{1b}[2J")
                == "&lt;\u{338}script&gt;&quot;\u{301} onload='x'&amp;\\u{1b}[2J")
        #expect(JSONText.quoted("a\"\u{1b}\u{9b}\u{202e}\u{E0001}") == #""a\"\u001b\u009b\u202e\udb40\udc01""#)
        #expect(CSV.record(["\"\u{301},"]) == "\"\"\"\u{301},\"\r\n")
    }
}
