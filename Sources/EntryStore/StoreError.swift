/// Why a database has not done what it was asked.
package struct StoreError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of trouble it is.
    package enum Cause: Sendable, Hashable {
        /// There is no room left.
        case full
        /// It may be read only.
        case readOnly
        /// What is in it is damaged, or no database at all.
        case corrupt
        /// Another process keeps it to itself.
        case locked
        /// It is away: a server that does not answer, a file that was moved.
        case gone
        /// It was made by another program, or by a later version of this one.
        case incompatible
        /// Anything else.
        case other
    }

    /// What kind of trouble it is.
    package var cause: Cause
    /// What was attempted, with what, and what to do: a line for whoever has sent an entry, and for the log.
    package var description: String
    /// Whether what was to be stored may be stored all the same.
    package var isOutcomeUnknown = false

    /// Creates an error.
    package init(_ cause: Cause, _ description: String) {
        self.cause = cause
        self.description = description
    }

    /// Whether it may pass by itself within seconds, so that entries wait for that.
    package var mayPass: Bool { cause == .locked || cause == .gone }
}
