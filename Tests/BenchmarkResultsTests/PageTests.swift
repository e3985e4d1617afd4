import Broker
import Glibc
import Metrics
import Testing

@testable import BenchmarkResults

/// What is on `report.html`, and in which order.
///
/// That it is sound HTML and fetches nothing is checked from outside.
@Suite("The page")
struct PageTests {
    @Test("the verdict comes first, then the figures, then what they stand on")
    func order() throws {
        let html = ReportPage(of: Self.sweep()).html
        let places = try [
            "class=\"verdict\"", "<h2>100 B, 1 in flight", "<figcaption>Messages per second", "CPU time per message",
            "<h2>Sweeps", "By payload size", "Where the winner changes", "<h2>Rows that are not valid",
            "<h2>How it was measured", "<h2>Environment",
        ].map { try #require(html.firstRange(of: $0)?.lowerBound, "\($0)") }
        #expect(places == places.sorted())
    }

    @Test(
        "the first sentence says which to take, the next ones at which load, with figures, CPU and memory"
    )
    func lead() throws {
        let sentences = Verdict(of: Self.sweep()).sentences
        #expect(
            sentences.first?.text
                == "It depends on the load: take c at 100 B and 1 in flight and 1000 B and 1 in flight; b at 10000 B and 1 in "
                + "flight.")
        #expect(sentences[1].text.hasPrefix("At 100 B and 1 in flight: take c: 18,800 msgs/s (128 us CPU"))
        #expect(
            sentences[1].text.contains(" msgs/s (128 us CPU, 3.00 MiB). The others' rate by that: b 0.5"))
        #expect(sentences[1].text.contains("; the floor a 1.5 (128 us CPU, 3.00 MiB)."))
        #expect(
            sentences.contains { $0.text.hasPrefix("c wins below 3.") && $0.text.contains("b above") })
        #expect(try #require(sentences.last).text.contains("The audit distrusts 1 of 84 rows"))
    }

    @Test("those that cannot be told apart are named together, each with what it costs")
    func tie() throws {
        let rows = SignificanceTests.measure(
            ["a": 1, "b": 1, "c": 0.97, "d": 0.3], rounds: 9, noise: 0.1, drift: 0, seed: 3)
        let suite = SignificanceTests.suite(["a", "b", "c", "d"], baseline: "b", load: .closed)
        let report = Report(record: SignificanceTests.record(suite), rows: rows)
        let sentence = try #require(Verdict(of: report).sentences.first).text
        #expect(sentence.contains(": take ") && sentence.contains(", which cannot be told apart: "))
        #expect(sentence.contains("The others' rate by that: d 0."))
        let standings = try #require(Verdict(of: report).standings.first)
        let letters = Dictionary(uniqueKeysWithValues: standings.places.map { ($0.name, $0.letters) })
        #expect(letters == ["a": "a", "b": "a", "c": "a", "d": "b"])
        let html = ReportPage(of: report).html
        #expect(html.contains("<b>best</b> <span class=\"letters\">a</span>"))
        #expect(report.table.contains("verdict:\nAt 100 B and 1 in flight: take "))
    }

    @Test("who is beaten by another one is not named beside the best, though it cannot be told from that")
    func beaten() throws {
        let rates: [String: [Double]] = [
            "a": [9, 9, 9, 9, 9, 9, 9], "b": [20, 5, 22, 6, 21, 5.5, 20],
            "c": [10.5, 10.6, 10.4, 10.5, 10.6, 10.5, 10.4], "d": [10, 10.1, 9.9, 10, 10.1, 10, 9.9],
        ]
        let rows = rates.flatMap { name, values in
            values.enumerated().map {
                ResultRow.sample(transport: name, block: $0.offset + 1, throughput: 1000 * $0.element)
            }
        }
        let suite = SignificanceTests.suite(["a", "b", "c", "d"], baseline: "b", load: .closed)
        let report = Report(record: SignificanceTests.record(suite), rows: rows)
        #expect(report.summary.first { $0.cell.transport == "b" }?.tiedWith.contains("d") == true)
        let standings = try #require(Verdict(of: report).standings.first)
        #expect(standings.best?.name == "b" && standings.ties.map(\.name) == ["c"])
        #expect(standings.rivals.map(\.name) == ["c", "d"])
    }

    @Test("two share a letter exactly if they cannot be told apart, and the best has an a")
    func letters() {
        func row(_ name: String, _ rank: Int, _ tied: [String]) -> SummaryRow {
            var row = Self.sweep().summary[0]
            row.cell.transport = name
            row.rank = rank
            row.tiedWith = tied
            return row
        }
        let letters = LetterGroups([
            row("d", 3, ["c"]), row("b", 1, ["a", "c"]), row("a", 1, ["b"]), row("c", 2, ["b", "d"]),
            row("e", 5, []),
        ]).letters
        #expect(letters == ["a": "a", "b": "ab", "c": "bc", "d": "c", "e": "d"])
    }

    @Test(
        "those that promise something else are beside the best, with their promise, and have no place")
    func otherPromises() throws {
        var rows = SignificanceTests.measure(
            ["a": 3, "b": 1, "c": 2, "d": 0.5, "e": 0.25], rounds: 7, noise: 0.01, drift: 0, seed: 4)
        for index in rows.indices where ["d", "e"].contains(rows[index].planned.cell.transport) {
            rows[index].acknowledgementClass = "queued"
            rows[index].durability = .queueDisk
        }
        let suite = SignificanceTests.suite(["a", "b", "c", "d", "e"], baseline: "b", load: .closed)
        let sentences = Verdict(of: Report(record: SignificanceTests.record(suite), rows: rows))
            .sentences.map(\.text)
        #expect(sentences[0].hasPrefix("At 100 B and 1 in flight: take c: "))
        #expect(sentences[0].contains("; beside them d 0.25 (128 us CPU, 3.00 MiB; queued), e 0.1"))
        #expect(
            sentences[1]
                == "d and e's acknowledgements say that RabbitMQ has it, in a queue on its disk: another promise, which is not "
                + "ranked with the others'.")
    }

    @Test("what the lab itself costs is said, and a pair that failed is shown with its reason")
    func overhead() {
        let pairs: [ResultRow] = [
            .sample(block: 1, throughput: 990), .sample(block: 1, throughput: 1000, role: .bareLoop),
            .sample(block: 2, invalidReasons: ["1 entries arrived corrupt"], role: .bareLoop),
        ]
        let suite = SignificanceTests.suite(["tcp"], baseline: "tcp", load: .closed)
        let report = Report(record: SignificanceTests.record(suite), rows: [], pairs: pairs)
        let html = ReportPage(of: report).html
        #expect(html.contains("<li>100 B, 1 in flight, closed loop: 0.990 of its rate, 1.000 of its CPU time</li>"))
        #expect(
            html.contains("arrived corrupt</td><td class=\"t why\">tcp (bare loop), 100 B, 1 in flight, round 2</td>"))
        #expect(
            report.table.contains("INVALID: tcp (bare loop), 100 B, 1 in flight, round 2: 1 entries arrived corrupt"))
    }

    @Test("no two of sixteen transports have the same colour and dash")
    func palette() {
        let names = (0..<16).map { "t\($0)" }
        #expect(Set(names.map(Palette(names).style)).count == 16)
    }

    @Test("a transport has one colour, whatever it is measured beside")
    func fixedColours() {
        let (one, other) = (Palette(["grpc", "tcp"]), Palette(["http", "amqp", "grpc"]))
        #expect(one.style("grpc") == other.style("grpc"))
        #expect(Set(Palette.fixed.map(one.style)).count == Palette.fixed.count)
    }

    @Test(
        "transports that a shipped suite puts side by side differ in colour, not in the dash alone",
        arguments: [
            ["tcp", "netrpc", "grpc", "grpc:stream", "http", "http:http2", "amqp", "amqp:reply"],
            ["amqp", "amqp:quorum", "amqp:cluster", "amqp:quorum-cluster"],
        ])
    func ownColours(_ transports: [String]) {
        let colours = transports.map { Palette(transports).style($0).prefix { $0 != " " } }
        #expect(Set(colours).count == transports.count)
    }

    @Test("areas and lines stand out from the page by 3 to 1 (WCAG 1.4.11), by day and in the dark")
    func contrast() throws {
        func colours(_ text: Substring) -> [String: Double] {
            var found: [String: Double] = [:]
            for part in text.split(whereSeparator: { ";{}".contains($0) }) where part.hasPrefix("--") {
                let pair = part.dropFirst(2).split(separator: ":")
                guard pair.count == 2, pair[1].hasPrefix("#") else { continue }
                var digits = String(pair[1].dropFirst())
                if digits.count == 3 { digits = digits.map { "\($0)\($0)" }.joined() }
                let number = Int(digits, radix: 16) ?? 0
                let parts = [16, 8, 0].map { shift in
                    let part = Double((number >> shift) & 255) / 255
                    return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
                }
                found[String(pair[0])] = 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
            }
            return found
        }
        let style = PageStyle.text.split(separator: "\n").joined()
        let dark = try #require(style.firstRange(of: "prefers-color-scheme:dark"))
        let end = try #require(style.firstRange(of: "*{box-sizing"))
        for scheme in [style[..<dark.lowerBound], style[dark.upperBound..<end.lowerBound]] {
            let luminance = colours(scheme)
            let page = try #require(luminance["bg"])
            for name in (0..<Palette.count).map({ "c\($0)" }) + ["rest"] {
                let colour = try #require(luminance[name], "\(name)")
                #expect((max(colour, page) + 0.05) / (min(colour, page) + 0.05) >= 3, "\(name)")
            }
        }
    }

    @Test("names and reasons are text, whatever is in them")
    func escaping() {
        let html = ReportPage(of: Self.sweep(reason: "<script>alert(\"x\")</script> & more")).html
        #expect(html.contains("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; more"))
        #expect(!html.contains("<script"))
    }

    @Test("two runs side by side: what changed comes first, and names are text")
    func comparison() throws {
        let (old, new) = (Self.sweep(), Self.sweep(reason: "<script>"))
        let comparison = RunComparison(old: old, new: new)
        let html = ComparisonPage(comparison: comparison, old: old, new: new).html
        let places = try ["class=\"verdict\"", "<h2>What changed", "<h2>Side by side", "<h2>The two runs"].map {
            try #require(html.firstRange(of: $0)?.lowerBound, "\($0)")
        }
        #expect(places == places.sorted() && !html.contains("<script"))
        #expect(html.contains("Of \(comparison.lines.count) figures: "))
    }

    @Test("a run says in Markdown what its page says")
    func markdown() {
        let report = Self.sweep()
        let markdown = report.markdown
        for sentence in Verdict(of: report).sentences {
            #expect(markdown.contains(sentence.text.markdown))
        }
        #expect("a|b [c](d) <e> `f`".markdown == "a\\|b \\[c\\](d) &lt;e> \\`f\\`")
    }

    @Test("a run in which nothing is valid still makes a page, with the reason and its range")
    func nothingValid() {
        var rows = SignificanceTests.measure(["a": 1, "b": 1], rounds: 2, noise: 0.01, drift: 0, seed: 1)
        for index in rows.indices { rows[index].invalidReasons = ["audit: late by \(index)"] }
        let suite = SignificanceTests.suite(["a", "b"], baseline: "b", load: .closed)
        let html = ReportPage(of: Report(record: SignificanceTests.record(suite), rows: rows)).html
        #expect(html.contains("<td class=\"k\">6</td><td class=\"t why\">audit: late by 0 to 5</td>"))
    }

    @Test("counts are given whole, figures with three digits")
    func numbers() {
        #expect(NumberText.whole(0) == "0" && NumberText.whole(1_234_567) == "1,234,567")
        #expect(NumberText.grouped(1_234_567) == "1,230,000" && NumberText.grouped(0.4711) == "0.47")
    }

    /// Three sizes; c is ahead of b at the small ones, b at the largest.
    private static func sweep(reason: String = "audit: other processes used 40% of the cores' time") -> Report {
        var suite = SignificanceTests.suite(["a", "b", "c"], baseline: "b", load: .closed)
        suite.payloadBytes = [100, 1000, 10_000]
        var rows: [ResultRow] = []
        for (payload, ratio) in [(100, 2.0), (1000, 1.25), (10_000, 0.8)] {
            rows += SignificanceTests.measure(
                ["a": 3, "b": 1, "c": ratio], rounds: 7, noise: 0.02, drift: 0.1, seed: 9, payload: payload)
        }
        rows[0].invalidReasons = [InvalidReason(reason)]
        return Report(record: SignificanceTests.record(suite), rows: rows)
    }
}
