/// Families of metrics as Prometheus reads them: its text format, version 0.0.4.
///
/// Source: https://prometheus.io/docs/instrumenting/exposition_formats/, "Text-based format".
package enum MetricsText {
    /// The content type of the text.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// Writes families, each with its help and its kind before its values; those without values are left out.
    package static func text(of families: [MetricFamily]) -> String {
        var text = ""
        for family in families where !family.samples.isEmpty {
            text += "# HELP \(family.name) \(escaped(family.help, quotes: false))\n"
            text += "# TYPE \(family.name) \(family.kind.rawValue)\n"
            for sample in family.samples { write(sample, of: family.name, to: &text) }
        }
        return text
    }

    private static func write(_ sample: MetricFamily.Sample, of name: String, to text: inout String) {
        text += name
        text += sample.suffix
        if !sample.labels.isEmpty {
            var separator = "{"
            for label in sample.labels {
                text += "\(separator)\(label.name)=\"\(escaped(label.value, quotes: true))\""
                separator = ","
            }
            text += "}"
        }
        text += " \(number(sample.value))\n"
    }

    /// A text with its backslashes and line feeds, and in the value of a label its quotes, escaped.
    private static func escaped(_ text: String, quotes: Bool) -> String {
        func isSpecial(_ byte: UInt8) -> Bool {
            byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\n") || (quotes && byte == UInt8(ascii: "\""))
        }
        guard text.utf8.contains(where: isSpecial) else { return text }
        var escaped = ""
        // By scalars: a line feed behind a carriage return is one character with it.
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += #"\\"#
            case "\n": escaped += #"\n"#
            case "\"" where quotes: escaped += #"\""#
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// A value as Go reads it; a whole number without a fraction.
    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map(\.description) ?? value.description
    }
}
