/// What a store has done so far, as `GET /health` tells it.
package struct StoreFigures: Sendable, Encodable {
    /// The database, without passwords.
    package var database: String
    /// Transactions that were committed.
    package var commits: UInt64
    /// Entries that were committed.
    package var entries: UInt64
    /// Entries that were marked as repeated, of a run and number that were there.
    package var repeated: UInt64
    /// Entries that were refused, since the database could not take them or too many waited.
    package var refused: UInt64
    /// Entries that wait to be committed.
    package var waiting: Int
    /// The median time of a commit, in microseconds; nil before the first.
    package var commitP50Us: Double?
    /// The 99th percentile of the time of a commit, in microseconds; nil before the first.
    package var commitP99Us: Double?
    /// The bytes written to disk; nil where they are not known.
    package var writtenBytes: UInt64?
    /// Why the database does not take entries now; nil where it does.
    package var failure: String?

    enum CodingKeys: String, CodingKey {
        case database, commits, entries, repeated, refused, waiting, failure
        case commitP50Us = "commit_p50_us"
        case commitP99Us = "commit_p99_us"
        case writtenBytes = "written_bytes"
    }
}
