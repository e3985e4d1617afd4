import Metrics
import Testing

/// The text format, against what its specification says.
@Suite("The text of metrics")
struct MetricsTextTests {
    private func text(_ kind: MetricFamily.Kind, _ fill: (inout MetricFamily) -> Void) -> [String] {
        var family = MetricFamily(kind, "name", "What it is.")
        fill(&family)
        return MetricsText.text(of: [family]).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    @Test("help and kind come first, and every line ends")
    func lines() {
        let lines = text(.counter) { $0.add(7 as UInt64, [.init("transport", "a"), .init("fate", "b")]) }
        #expect(lines == ["# HELP name What it is.", "# TYPE name counter", #"name{transport="a",fate="b"} 7"#, ""])
    }

    @Test("a family without values is left out, and so is a value that is not known")
    func nothing() {
        #expect(MetricsText.text(of: []) == "")
        #expect(text(.gauge) { $0.add(nil as Double?) } == [""])
        #expect(text(.gauge) { $0.add(nil as UInt64?) } == [""])
    }

    @Test(
        "values of labels are escaped",
        arguments: [
            ("plain", "plain"), ("", ""), (#"a\b"#, #"a\\b"#), (#"say "x""#, #"say \"x\""#), ("a\nb", #"a\nb"#),
            ("a\r\nb", "a\r\\nb"), (#"\n"#, #"\\n"#), ("žluť 🐎 {}=,", "žluť 🐎 {}=,"),
        ])
    func labels(_ value: String, _ escaped: String) {
        let line = "name{label=\"\(escaped)\"} 1"
        #expect(MetricsText.text(of: [family(label: value)]).hasSuffix("\(line)\n"))
    }

    private func family(label: String) -> MetricFamily {
        var family = MetricFamily(.gauge, "name", "What it is.")
        family.add(1.0, [.init("label", label)])
        return family
    }

    @Test("a help keeps its quotes, and has no line of its own")
    func help() {
        let text = MetricsText.text(of: [MetricFamily(.gauge, "name", "a \"b\"\n\\c", 1)])
        #expect(text == "# HELP name a \"b\"\\n\\\\c\n# TYPE name gauge\nname 1\n")
    }

    @Test(
        "numbers are those that Go reads",
        arguments: [
            (0, "0"), (-0.0, "0"), (3, "3"), (-2.5, "-2.5"), (1e-7, "1e-07"), (Double.infinity, "+Inf"),
            (-Double.infinity, "-Inf"), (Double.nan, "NaN"), (9_007_199_254_740_992, "9007199254740992"),
            (1e300, "1e+300"),
        ] as [(Double, String)])
    func numbers(_ value: Double, _ text: String) {
        #expect(self.text(.gauge) { $0.add(value) }[2] == "name \(text)")
    }

    @Test("quantiles are labels, and what belongs to a family has its name in front")
    func summary() {
        let lines = text(.summary) { family in
            family.add(quantile: 0.5, 0.25)
            family.add(quantile: 0.999, 0.5, [.init("a", 1)])
            family.add(3 as UInt64, suffix: "_count")
        }
        #expect(
            lines.dropFirst(2)
                == [#"name{quantile="0.5"} 0.25"#, #"name{a="1",quantile="0.999"} 0.5"#, "name_count 3", ""])
    }
}
