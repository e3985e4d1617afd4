/// What a database keeps; the oldest entries beyond that are deleted.
package struct Retention: Sendable, Hashable {
    /// How long an entry is kept after it was received; nil for ever.
    package var maxAge: Duration?
    /// How much the table and its indexes may take, in bytes; nil for as much as there is.
    package var maxBytes: Int64?

    /// Creates a retention; everything is kept unless told otherwise.
    package init(maxAge: Duration? = nil, maxBytes: Int64? = nil) {
        self.maxAge = maxAge
        self.maxBytes = maxBytes
    }

    /// Whether everything is kept.
    package var keepsAll: Bool { maxAge == nil && maxBytes == nil }

    /// What was received before that is deleted, in nanoseconds since 1970-01-01T00:00:00Z; nil where age does not matter.
    package func oldest(at now: Int64) -> Int64? {
        maxAge.map { now - $0.components.seconds * 1_000_000_000 }
    }
}
