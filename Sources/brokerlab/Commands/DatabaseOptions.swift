import ArgumentParser
import EntryStore
import LoggerService
import Terminal

/// Where a logger keeps entries for good.
struct DatabaseOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Store every entry in a database before it is acknowledged: \(Databases.forms). Without it, the latest are kept in "
                + "memory (--store).", valueName: "file|url"))
    var database: String?

    @Option(
        help: ArgumentHelp(
            "Delete entries from the database that were received longer ago: 30d, 12h, 90m or 45s. (default: kept)",
            valueName: "time"))
    var keepFor: String?

    @Option(
        help: ArgumentHelp(
            "Delete the oldest entries from the database where it holds more than so much. The file keeps its size; what was "
                + "deleted makes room for what comes. (default: kept)", valueName: "mib"))
    var keepMib: Int?

    @Option(
        help: ArgumentHelp(
            "The most entries of a commit: those that come while one is under way share the next. 1 commits each by itself. "
                + "(default: 4096)", valueName: "n"))
    var databaseBatch: Int?

    func validate() throws {
        guard database != nil || (keepFor == nil && keepMib == nil && databaseBatch == nil) else {
            throw ValidationError("--keep-for, --keep-mib and --database-batch are for a logger with --database.")
        }
        guard database != "" else { throw ValidationError("--database takes \(Databases.forms).") }
        _ = try age()
        guard (1...1_073_741_824).contains(keepMib ?? 1) else {
            throw ValidationError("--keep-mib takes 1 to 1073741824 MiB.")
        }
        guard (1...65_536).contains(databaseBatch ?? 1) else {
            throw ValidationError("--database-batch takes 1 to 65536 entries.")
        }
    }

    /// The database that was asked for, open, behind a ledger; nil where there is none.
    /// - Throws: ``StoreError`` that says why it cannot be used.
    func storage(behind ledger: Ledger) throws -> EntryStorage? {
        guard let database else { return nil }
        var configuration = StoreWriter.Configuration()
        configuration.retention = Retention(maxAge: try age(), maxBytes: keepMib.map { Int64($0) << 20 })
        if let databaseBatch { configuration.maxBatchEntries = databaseBatch }
        return EntryStorage(
            try Databases.open(database), configuration, ledger: ledger, notice: StandardError.write(line:))
    }

    private func age() throws -> Duration? {
        guard let keepFor else { return nil }
        let seconds: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = keepFor.last.flatMap({ seconds[$0] }), let number = Int(keepFor.dropLast()),
            (1...36_500 * 86_400 / unit).contains(number)
        else {
            throw ValidationError("--keep-for takes a time, such as 30d, 12h, 90m or 45s, not '\(keepFor)'.")
        }
        return .seconds(number * unit)
    }
}
