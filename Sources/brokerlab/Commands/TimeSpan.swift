import ArgumentParser

/// A length of time: `2s`, `500ms`; a number alone is of seconds.
struct TimeSpan: ExpressibleByArgument {
    /// More than 0, and at most a day.
    var seconds: Double

    init?(argument: String) {
        let isShort = argument.hasSuffix("ms")
        let digits = argument.hasSuffix("s") ? String(argument.dropLast(isShort ? 2 : 1)) : argument
        guard let value = Double(digits), value > 0, value <= 86_400 * (isShort ? 1000 : 1) else { return nil }
        seconds = isShort ? value / 1000 : value
    }
}
