/// What is measured of one thing: its name, its kind, and its values, one for each combination of labels.
package struct MetricFamily: Sendable, Hashable {
    /// What a value means over time.
    package enum Kind: String, Sendable {
        /// It only grows, while the program runs; its name ends in `_total`.
        case counter
        /// It goes up and down.
        case gauge
        /// How many values are at most so large: `le`.
        case histogram
        /// Percentiles: `quantile`.
        case summary
    }

    /// A label: its name, and its value, which may be any text.
    package struct Label: Sendable, Hashable {
        var name: String
        var value: String

        /// Creates a label.
        package init(_ name: String, _ value: some CustomStringConvertible) {
            (self.name, self.value) = (name, value.description)
        }
    }

    /// A value.
    package struct Sample: Sendable, Hashable {
        /// What stands behind the family's name: `_count`; empty for most.
        var suffix: String
        var labels: [Label]
        var value: Double
    }

    /// The name, of letters, digits and underscores: with the unit, of seconds and bytes, behind it.
    package let name: String
    /// What it is, in a sentence.
    package let help: String
    /// What its values mean.
    package let kind: Kind
    /// Its values so far.
    package private(set) var samples: [Sample] = []

    /// Creates a family without values, which is not told of until it has some.
    package init(_ kind: Kind, _ name: String, _ help: String) {
        (self.kind, self.name, self.help) = (kind, name, help)
    }

    /// Creates a family of one value without labels.
    package init(_ kind: Kind, _ name: String, _ help: String, _ value: some BinaryInteger) {
        self.init(kind, name, help)
        add(Double(value))
    }

    /// Adds a value; nil is one that is not known, and adds nothing.
    package mutating func add(_ value: Double?, _ labels: [Label] = [], suffix: String = "") {
        guard let value else { return }
        samples.append(Sample(suffix: suffix, labels: labels, value: value))
    }

    /// Adds a count; nil is one that is not known, and adds nothing.
    package mutating func add(_ count: UInt64?, _ labels: [Label] = [], suffix: String = "") {
        add(count.map { Double($0) }, labels, suffix: suffix)
    }

    /// Adds a quantile of a summary, 0.5 is its median; nil is one that is not known, and adds nothing.
    package mutating func add(quantile: Double, _ value: Double?, _ labels: [Label] = []) {
        add(value, labels + [Label("quantile", quantile)])
    }

    /// Adds the values of the same family from elsewhere.
    mutating func add(_ other: MetricFamily) {
        samples += other.samples
    }
}
