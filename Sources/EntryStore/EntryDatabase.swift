/// What gives entries back.
package protocol EntryReader: Sendable {
    /// Finds entries, newest first: at most the query's limit, and no more once they have that many bytes of names and data.
    ///
    /// Blocks; not for event loops.
    func page(_ query: EntryQuery, maxTextBytes: Int) throws(StoreError) -> StoredPage
}

/// What looks into a database beside the logger that writes to it.
package protocol RunReader: EntryReader {
    /// How many different entries of a run there are: a number that came again counts once.
    ///
    /// Blocks; not for event loops.
    func differentEntries(ofRun run: String) throws(StoreError) -> UInt64

    /// The sequence numbers of a run's entries, in their order; one that came again is there as often as it is stored.
    ///
    /// Blocks; not for event loops.
    func sequences(ofRun run: String) throws(StoreError) -> [UInt64]
}

/// A database of entries.
///
/// ``commit(_:meanwhile:)``, ``probe()``, ``prune(_:now:)`` and ``close()`` are called by one thread, the ``StoreWriter``'s; the rest by any.
package protocol EntryDatabase: AnyObject, EntryReader {
    /// What it is and where, for people, without passwords: `SQLite at /var/lib/entries.db`.
    var description: String { get }

    /// Stores all entries of a batch, or none of them; when it returns, they outlive the host.
    ///
    /// Opens the file, or connects, anew by itself where it must. Says of an entry that is no plain new row what became of
    /// it (``EntryBatch/setFate(_:_:)``). May be called once more with the same batch after a failure.
    /// - Parameter meanwhile: what this thread has to do beside: called once or more, as soon as the database is at work on the
    ///   batch without this thread, and before any wait that may be longer.
    /// - Throws: ``StoreError``, within two seconds or so; the writer tries again where that may help.
    func commit(_ batch: EntryBatch, meanwhile: () -> Void) throws(StoreError)

    /// Tries whether entries would be stored, with something that changes nothing.
    func probe() throws(StoreError)

    /// Deletes some of the oldest entries that are not to be kept: a few milliseconds' work.
    /// - Returns: whether there are more of them.
    func prune(_ retention: Retention, now: Int64) throws(StoreError) -> Bool

    /// The bytes that it has written to its disk, as far as this process can know; nil where it cannot.
    func bytesWritten() -> UInt64?

    /// Ends it; called once, last.
    func close()
}

extension EntryDatabase {
    /// Stores all entries of a batch, or none of them.
    package func commit(_ batch: EntryBatch) throws(StoreError) {
        try commit(batch, meanwhile: {})
    }

    /// Commits nothing.
    package func probe() throws(StoreError) {
        try commit(EntryBatch())
    }
}
