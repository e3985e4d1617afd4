/// How much work each entry is to the logger before it is recorded, which keeps its event loop busy: a value of the axis
/// `logger_work_us`.
package struct LoggerWork: Sendable, Hashable, Codable {
    /// In microseconds of a core.
    package var microseconds: Int

    /// Work of so many microseconds of a core.
    package init(microseconds: Int) {
        self.microseconds = microseconds
    }

    /// None but to record it.
    package static let none = LoggerWork(microseconds: 0)

    /// The most that a loop may be kept busy for by one entry, in microseconds.
    package static let allowedMicroseconds = 0...10_000

    /// `1 ms`, `100 us`.
    var amount: String {
        microseconds > 0 && microseconds % 1000 == 0 ? "\(microseconds / 1000) ms" : "\(microseconds) us"
    }

    /// `with 1 ms of work an entry`; nil for none, which is meant where nothing is said.
    package var text: String? { self == .none ? nil : "with \(amount) of work an entry" }

    /// The same in names; nil for none.
    var tag: String? { self == .none ? nil : "work\(microseconds)us" }
}

extension Suite {
    /// How much work each entry is to the logger, in microseconds, one after the other.
    package var usedLoggerWork: [Int] {
        get { loggerWorkUs ?? [0] }
        set { loggerWorkUs = newValue }
    }
}
