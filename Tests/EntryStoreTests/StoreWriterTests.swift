import Broker
import EngineTestKit
import Synchronization
import Testing

@testable import EntryStore

@Suite("The store's writer", .timeLimit(.minutes(1)))
struct StoreWriterTests {
    private func entry(_ number: Int) -> LogEntry {
        LogEntry(name: "n", data: "\(number)")
    }

    @Test("a lone entry is committed at once, then acknowledged")
    func alone() async {
        let database = MemoryDatabase()
        let writer = StoreWriter(to: database)
        for number in 0..<3 { #expect(await writer.fate(of: entry(number)) == .recorded) }
        #expect(database.batches == [1, 1, 1])
        #expect(database.entries.map(\.data) == ["0", "1", "2"])
        writer.close()
        let figures = writer.figures()
        #expect(figures.commits == 3 && figures.entries == 3 && figures.waiting == 0)
        #expect((figures.commitP50Us ?? 0) > 0)
    }

    @Test("what comes during a commit shares the next one, and is answered in its order")
    func gathering() async {
        let database = MemoryDatabase(isGated: true)
        let writer = StoreWriter(to: database)
        let order = Mutex<[Int]>([])
        func record(_ number: Int) {
            #expect(writer.record(entry(number)) { _ in order.withLock { $0.append(number) } } == .later)
        }
        record(0)
        database.awaitCommit()
        for number in 1...10 { record(number) }
        #expect(order.withLock { $0.isEmpty })
        database.allowCommit()
        database.allowCommit()
        writer.close()
        #expect(database.batches == [1, 10])
        #expect(order.withLock { $0 } == Array(0...10))
    }

    @Test("senders are told of a commit while the database is at work on the next one, and of a failure at once")
    func telling() async {
        let database = MemoryDatabase(isGated: true)
        let writer = StoreWriter(to: database)
        let (replies, sink) = AsyncStream.makeStream(of: RecordResult.self)
        func record(_ number: Int) {
            #expect(writer.record(entry(number)) { sink.yield($0) } == .later)
        }
        var told = replies.makeAsyncIterator()
        record(0)
        database.awaitCommit()
        record(1)
        database.allowCommit()
        // The second commit has begun, and is not allowed to end.
        database.awaitCommit()
        #expect(await told.next() == .recorded)
        record(2)
        database.fail(StoreError(.full, "the disk is full"))
        database.allowCommit()
        database.awaitCommit()
        #expect(await told.next() == .unavailable("the disk is full"))
        database.allowCommit()
        #expect(await told.next() == .recorded)
        writer.close()
        #expect(database.entries.map(\.data) == ["0", "2"])
    }

    @Test("a commit has no more entries, and no more bytes, than it may", arguments: [(1, 1 << 20), (100, 1)])
    func bounds(_ entries: Int, _ bytes: Int) {
        let database = MemoryDatabase(isGated: true)
        var configuration = StoreWriter.Configuration()
        configuration.maxBatchEntries = entries
        configuration.maxBatchBytes = bytes
        let writer = StoreWriter(to: database, configuration)
        for number in 0..<4 { _ = writer.record(entry(number)) }
        for _ in 0..<4 { database.allowCommit() }
        writer.close()
        #expect(database.batches == [1, 1, 1, 1])
        #expect(database.isClosed)
    }

    @Test("a full disk refuses with its reason, at once, and it goes on when there is room")
    func full() async {
        let database = MemoryDatabase()
        let said = Mutex<[String]>([])
        let writer = StoreWriter(to: database, notice: { line in said.withLock { $0.append(line) } })
        database.fail(StoreError(.full, "the disk is full"), StoreError(.full, "the disk is full"))
        #expect(await writer.fate(of: entry(0)) == .unavailable("the disk is full"))
        #expect(writer.figures().failure == "the disk is full")
        #expect(await writer.fate(of: entry(1)) == .unavailable("the disk is full"))
        #expect(await writer.fate(of: entry(2)) == .recorded)
        #expect(database.entries.map(\.data) == ["2"])
        #expect(said.withLock { $0 } == ["entries are not stored: the disk is full", "entries are stored again"])
        writer.close()
        #expect(writer.figures().refused == 2 && writer.figures().failure == nil)
    }

    @Test("entries wait for a database that is locked or away", arguments: [StoreError.Cause.locked, .gone])
    func patience(_ cause: StoreError.Cause) async {
        let database = MemoryDatabase()
        let writer = StoreWriter(to: database)
        database.fail(StoreError(cause, "not now"), StoreError(cause, "not now"))
        #expect(await writer.fate(of: entry(0)) == .recorded)
        #expect(database.entries.map(\.data) == ["0"])
        writer.close()
    }

    @Test("but not for ever")
    func impatience() async {
        let database = MemoryDatabase()
        var configuration = StoreWriter.Configuration()
        configuration.patience = .milliseconds(15)
        let writer = StoreWriter(to: database, configuration)
        for _ in 0..<20 { database.fail(StoreError(.locked, "another process has it")) }
        #expect(await writer.fate(of: entry(0)) == .unavailable("another process has it"))
        #expect(database.entries.isEmpty)
        writer.close()
    }

    @Test("what a lost commit may have stored is not told as refused, but what was never tried is")
    func unknown() async {
        let database = MemoryDatabase()
        var configuration = StoreWriter.Configuration()
        configuration.patience = .milliseconds(15)
        let writer = StoreWriter(to: database, configuration)
        var lost = StoreError(.gone, "lost while it committed")
        lost.isOutcomeUnknown = true
        database.fail(lost)
        for _ in 0..<20 { database.fail(StoreError(.gone, "away")) }
        #expect(await writer.fate(of: entry(0)) == .unknown("away"))
        #expect(await writer.fate(of: entry(1)) == .unavailable("away"))
        writer.close()
    }

    @Test("a database that takes entries again is said to, though none come")
    func probing() async {
        let database = MemoryDatabase()
        var configuration = StoreWriter.Configuration()
        configuration.probingInterval = .milliseconds(1)
        let (lines, sink) = AsyncStream.makeStream(of: String.self)
        let writer = StoreWriter(to: database, configuration, notice: { sink.yield($0) })
        database.fail(StoreError(.full, "the disk is full"), StoreError(.full, "the disk is full"))
        #expect(await writer.fate(of: entry(0)) == .unavailable("the disk is full"))
        var said: [String] = []
        for await line in lines {
            said.append(line)
            if said.count == 2 { break }
        }
        #expect(said == ["entries are not stored: the disk is full", "entries are stored again"])
        #expect(writer.figures().failure == nil)
        writer.close()
        #expect(database.entries.isEmpty && writer.figures().commits == 0)
    }

    @Test("what has waited long enough behind a database that is away is not tried one after the other")
    func stale() {
        let database = MemoryDatabase(isGated: true)
        var configuration = StoreWriter.Configuration()
        configuration.maxBatchEntries = 1
        configuration.patience = .zero
        let writer = StoreWriter(to: database, configuration)
        database.fail(StoreError(.gone, "away"))
        let fates = Mutex<[RecordResult]>([])
        for number in 0..<100 { _ = writer.record(entry(number)) { fate in fates.withLock { $0.append(fate) } } }
        // Only one commit is let go on: the others are not even begun.
        database.allowCommit()
        writer.close()
        #expect(fates.withLock { $0 } == Array(repeating: .unavailable("away"), count: 100))
    }

    @Test("where much waits it says so, and where far more does it refuses")
    func bounded() {
        let database = MemoryDatabase(isGated: true)
        var configuration = StoreWriter.Configuration()
        configuration.maxWaitingEntries = 2
        let writer = StoreWriter(to: database, configuration)
        #expect(writer.record(entry(0)) == .later && !writer.isBehind)
        #expect(writer.record(entry(1)) == .later && writer.isBehind)
        for number in 2..<8 { #expect(writer.record(entry(number)) == .later) }
        #expect(
            writer.record(entry(8)) == .unavailable("the store is behind: 8 entries (0 MiB) wait to be committed"))
        for _ in 0..<8 { database.allowCommit() }
        writer.close()
        #expect(!writer.isBehind && database.entries.count == 8)
        #expect(writer.record(entry(9)) == .unavailable("the logger is ending"))
    }

    @Test("an entry of more bytes than may wait is taken when nothing else does")
    func large() async {
        var configuration = StoreWriter.Configuration()
        configuration.maxWaitingBytes = 4
        let writer = StoreWriter(to: MemoryDatabase(), configuration)
        #expect(await writer.fate(of: LogEntry(name: "large", data: String(repeating: "x", count: 100))) == .recorded)
        writer.close()
    }

    @Test("repeated and known entries are acknowledged, and told apart")
    func fates() async {
        let database = MemoryDatabase()
        let fates = Mutex<[EntryBatch.Fate]>([])
        let writer = StoreWriter(
            to: database,
            committed: { batch in fates.withLock { $0 += (0..<batch.count).map { batch.fate($0) } } })
        let stamped = LogEntry(name: "n", data: "d", stamp: RunStamp(run: "r", sequence: 1, sentAt: 5))
        #expect(await writer.fate(of: stamped) == .recorded)
        #expect(await writer.fate(of: stamped) == .recorded)
        #expect(await writer.fate(of: entry(0), messageID: "m", mayRepeat: true) == .recorded)
        #expect(await writer.fate(of: entry(0), messageID: "m", mayRepeat: true) == .recorded)
        writer.close()
        #expect(fates.withLock { $0 } == [.stored, .repeated, .stored, .known])
        #expect(writer.figures().entries == 3 && writer.figures().repeated == 1)
    }

    @Test("what is not to be kept is looked for by itself")
    func pruning() async {
        let database = MemoryDatabase()
        var configuration = StoreWriter.Configuration()
        configuration.retention = Retention(maxAge: .seconds(60))
        let writer = StoreWriter(to: database, configuration)
        #expect(await writer.fate(of: entry(0)) == .recorded)
        writer.close()
        #expect(database.prunings.contains(configuration.retention))
    }

    @Test("what cannot be deleted is said once, and so is that it can again")
    func failedPruning() async {
        let database = MemoryDatabase()
        var configuration = StoreWriter.Configuration()
        configuration.retention = Retention(maxAge: .seconds(60))
        configuration.pruningInterval = .milliseconds(1)
        let refusal = StoreError(.other, "permission denied")
        database.failPruning(refusal, refusal, refusal)
        let (lines, sink) = AsyncStream.makeStream(of: String.self)
        let writer = StoreWriter(to: database, configuration, notice: { sink.yield($0) })
        var said: [String] = []
        for await line in lines {
            said.append(line)
            if said.count == 2 { break }
        }
        writer.close()
        #expect(said == ["old entries are not deleted: permission denied", "old entries are deleted again"])
        #expect(database.prunings.count >= 4)
    }

    @Test("a database that takes no entries is not asked to delete any")
    func noPruning() async {
        let (database, writer) = prunedAtOnce()
        let before = await refuse(by: StoreError(.gone, "it is away"), database, writer)
        // The probe comes after what would have been deleted.
        database.awaitCommit()
        #expect(database.prunings.count == before)
        database.allowCommit()
        writer.close()
    }

    @Test("a full one is, which may make room")
    func pruningOfAFullDatabase() async {
        let (database, writer) = prunedAtOnce()
        let before = await refuse(by: StoreError(.full, "the disk is full"), database, writer)
        database.awaitCommit()
        #expect(database.prunings.count > before)
        database.allowCommit()
        writer.close()
    }

    private func prunedAtOnce() -> (MemoryDatabase, StoreWriter) {
        let database = MemoryDatabase(isGated: true)
        var configuration = StoreWriter.Configuration()
        configuration.retention = Retention(maxAge: .seconds(60))
        configuration.pruningInterval = .zero
        configuration.patience = .zero
        return (database, StoreWriter(to: database, configuration))
    }

    /// Has an entry refused for a failure of its commit.
    /// - Returns: how often the database had been asked to delete before it failed.
    private func refuse(by failure: StoreError, _ database: MemoryDatabase, _ writer: StoreWriter) async -> Int {
        let fate = Task { await writer.fate(of: entry(0)) }
        database.awaitCommit()
        let before = database.prunings.count
        database.fail(failure)
        database.allowCommit()
        #expect(await fate.value == .unavailable(failure.description))
        return before
    }
}
