package import Broker
import Dispatch
import Foundation
import Histogram
import Synchronization

/// Brings entries into a database, on a thread of its own, and tells their senders when they are there.
///
/// While one batch is committed the next one gathers, without a timer: a lone entry is committed at once, and many that come
/// together share a commit. Their senders are told when the database is at work on the next batch, or at once where none waits.
/// What comes while the rows of a batch are written waits for the next one: senders who are answered have something to do while
/// that one is synced. What waits is bounded: where it is much, connections are not read from (``isBehind``).
package final class StoreWriter: Sendable {
    /// What a writer can be told.
    package struct Configuration: Sendable {
        /// The most entries of a commit; 1 for each by itself.
        package var maxBatchEntries = 4096
        /// The bytes of texts from which on a commit takes no more.
        package var maxBatchBytes = 8 * 1024 * 1024
        /// The entries that wait from which on connections are not read from.
        package var maxWaitingEntries = 16 * 1024
        /// The bytes of texts that wait from which on connections are not read from.
        package var maxWaitingBytes = 64 * 1024 * 1024
        /// How long entries wait for a database that is away or locked, from when they came.
        package var patience = Duration.seconds(5)
        /// What is kept.
        package var retention = Retention()
        /// How often it is looked whether there is something to delete.
        package var pruningInterval = Duration.seconds(1)
        /// How often at the least while that fails.
        package var longestPruningInterval = Duration.seconds(60)
        /// How often a database that does not take entries is tried while none come.
        package var probingInterval = Duration.seconds(1)

        /// Creates the default configuration.
        package init() {}
    }

    private struct State: ~Copyable {
        var queue: StoreQueue
        /// Whether the thread waits for work.
        var isIdle = false
        var isClosing = false
        var commits: UInt64 = 0
        var stored: UInt64 = 0
        var repeated: UInt64 = 0
        var refused: UInt64 = 0
        var failure: StoreError?
        /// Times of commits in nanoseconds, up to a minute.
        var times = Histogram<UInt32>(highestTrackableValue: 60_000_000_000)
    }

    private let database: any EntryDatabase
    private let configuration: Configuration
    private let committed: @Sendable (EntryBatch) -> Void
    private let notice: @Sendable (String) -> Void
    private let state: Mutex<State>
    private let work = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    private let behind = Atomic(false)

    /// Creates a writer, whose thread runs until ``close()``.
    /// - Parameters:
    ///   - committed: called on the writer's thread with each batch that was committed, before its senders are told.
    ///   - notice: told, in one line, when the database stops taking entries, or deleting what is not to be kept, and when it
    ///     goes on.
    package init(
        to database: any EntryDatabase, _ configuration: Configuration = Configuration(),
        notice: @escaping @Sendable (String) -> Void = { _ in },
        committed: @escaping @Sendable (EntryBatch) -> Void = { _ in }
    ) {
        self.database = database
        self.configuration = configuration
        self.committed = committed
        self.notice = notice
        state = Mutex(
            State(
                queue: StoreQueue(
                    maxBatchEntries: configuration.maxBatchEntries, maxBatchBytes: configuration.maxBatchBytes)))
        let thread = Thread { [self] in run() }
        thread.name = "store"
        thread.start()
    }

    /// Whether so much waits that those whose entries do are not to be read from.
    package var isBehind: Bool { behind.load(ordering: .relaxed) }

    /// Takes an entry, whose fate is told when it is committed.
    /// - Parameters:
    ///   - transport: what has brought it.
    ///   - source: the transport's number in the ledger.
    ///   - messageID: the id of the message that brought it; empty for none.
    ///   - mayRepeat: whether the message may be known by its id.
    package func record(
        _ entry: borrowing ReceivedEntry, transport: String, source: UInt8 = 0, messageID: RawSpan = RawSpan(),
        mayRepeat: Bool = false, reply: () -> EntryReply
    ) -> RecordResult {
        let byteCount = EntryBatch.bytes(of: entry, messageID)
        var wakes = false
        let result: RecordResult = state.withLock { state in
            if let reason = refusal(state, byteCount) {
                state.refused += 1
                return .unavailable(reason)
            }
            // Under the lock, so that times of reception are in the order of rows.
            state.queue.batch(for: byteCount).append(
                entry, receivedAt: MonotonicClock.wallTime, transport: transport, source: source,
                messageID: messageID, mayRepeat: mayRepeat, reply: reply())
            noteLoad(state)
            wakes = state.isIdle
            state.isIdle = false
            return .later
        }
        // Not under the lock, which is the first that the thread needs.
        if wakes { work.signal() }
        return result
    }

    /// Why an entry is not taken: every connection may bring what it has read before it stops, and that has an end, too.
    private func refusal(_ state: borrowing State, _ byteCount: Int) -> String? {
        if state.isClosing { return "the logger is ending" }
        let (entries, bytes) = (state.queue.entries, state.queue.bytes)
        guard
            entries >= 4 * configuration.maxWaitingEntries
                || (entries > 0 && bytes + byteCount > 4 * configuration.maxWaitingBytes)
        else { return nil }
        return "the store is behind: \(entries) entries (\(bytes >> 20) MiB) wait to be committed"
    }

    private func noteLoad(_ state: borrowing State) {
        let isBehind =
            state.queue.entries >= configuration.maxWaitingEntries || state.queue.bytes >= configuration.maxWaitingBytes
        if isBehind != behind.load(ordering: .relaxed) { behind.store(isBehind, ordering: .relaxed) }
    }

    /// Finds entries; blocks.
    package func page(_ query: EntryQuery, maxTextBytes: Int) throws(StoreError) -> StoredPage {
        try database.page(query, maxTextBytes: maxTextBytes)
    }

    /// What it has done so far.
    package func figures() -> StoreFigures {
        let written = database.bytesWritten()
        return state.withLock { state in
            func microseconds(_ percentile: Double) -> Double? {
                state.commits == 0 ? nil : Double(state.times.valueAtPercentile(percentile)) / 1000
            }
            return StoreFigures(
                database: database.description, commits: state.commits, entries: state.stored,
                repeated: state.repeated, refused: state.refused, waiting: state.queue.entries,
                commitP50Us: microseconds(50), commitP99Us: microseconds(99), writtenBytes: written,
                failure: state.failure?.description)
        }
    }

    /// Commits what waits, and ends; blocks until that is done.
    ///
    /// Entries that come later are refused.
    package func close() {
        let isFirst = state.withLock { state in
            guard !state.isClosing else { return false }
            state.isClosing = true
            return true
        }
        guard isFirst else { return }
        work.signal()
        ended.wait()
    }

    // MARK: The writer's thread

    private func run() {
        var pruning = PruningPace(
            configuration.retention, interval: configuration.pruningInterval.nanoseconds,
            longestInterval: configuration.longestPruningInterval.nanoseconds)
        // The batch that was committed last, whose senders are told while the database is at work on the next one.
        var untold: EntryBatch?
        func tell() {
            guard let batch = untold else { return }
            untold = nil
            finish(batch, nil)
        }
        while true {
            switch next(hasUntold: untold != nil) {
            case .commit(let batch):
                let failure = commit(batch, meanwhile: tell)
                tell()
                if let failure { finish(batch, failure) } else { untold = batch }
            case .tell: tell()
            case .wait: wait(until: pruning.next)
            case .end:
                database.close()
                ended.signal()
                return
            }
            // Where there is more to delete, a slice of it after each batch.
            if MonotonicClock.now >= pruning.next, mayPrune {
                tell()
                prune(&pruning)
            }
        }
    }

    /// What takes no entries is not asked for more, unless it is full: deleting may make room.
    private var mayPrune: Bool { state.withLock { $0.failure.map { $0.cause == .full } ?? true } }

    /// Waits for work; meanwhile a database that has failed is tried, so that what is said of it stays true.
    private func wait(until nextPruning: UInt64) {
        guard state.withLock({ $0.failure != nil && !$0.isClosing }) else {
            _ = work.wait(timeout: pause(until: nextPruning))
            return
        }
        let nextProbe = MonotonicClock.now + configuration.probingInterval.nanoseconds
        guard work.wait(timeout: pause(until: nextProbe)) == .timedOut, MonotonicClock.now >= nextProbe else { return }
        do throws(StoreError) {
            try database.probe()
            note(nil)
        } catch {
            note(error)
        }
    }

    private enum Step {
        case commit(EntryBatch)
        case tell
        case wait
        case end
    }

    private func pause(until deadline: UInt64) -> DispatchTime {
        guard deadline != .max else { return .distantFuture }
        let now = MonotonicClock.now
        return .now() + .nanoseconds(deadline > now ? Int(deadline - now) : 0)
    }

    private func next(hasUntold: Bool) -> Step {
        state.withLock { state in
            if let batch = state.queue.next() {
                state.isIdle = false
                return .commit(batch)
            }
            if hasUntold { return .tell }
            if state.isClosing { return .end }
            state.isIdle = true
            return .wait
        }
    }

    /// Commits a batch; returns why that was not possible.
    ///
    /// Who is told `meanwhile` waits neither for a second try nor for a connection.
    ///
    /// What has waited long enough behind a database that is away is not tried any more, so that many batches do not have
    /// their time one after the other.
    private func commit(_ batch: EntryBatch, meanwhile: () -> Void) -> StoreError? {
        var pause = 0.01
        var isOutcomeUnknown = false
        if let failure = state.withLock({ $0.failure }), failure.mayPass, waited(batch) >= configuration.patience {
            // Of this batch nothing was tried.
            return StoreError(failure.cause, failure.description)
        }
        while true {
            batch.resetFates()
            let start = MonotonicClock.now
            do throws(StoreError) {
                try database.commit(batch, meanwhile: meanwhile)
                let elapsed = MonotonicClock.now - start
                batch.commit = EntryBatch.Commit(began: start, elapsed: elapsed)
                state.withLock { _ = $0.times.record(min(elapsed, 60_000_000_000)) }
                note(nil)
                return nil
            } catch {
                meanwhile()
                note(error)
                // What one try may have done, a later one that comes to nothing has not undone.
                isOutcomeUnknown = isOutcomeUnknown || error.isOutcomeUnknown
                guard error.mayPass, waited(batch) + .seconds(pause) < configuration.patience else {
                    var failure = error
                    failure.isOutcomeUnknown = isOutcomeUnknown
                    return failure
                }
            }
            Thread.sleep(forTimeInterval: pause)
            pause = min(pause * 2, 0.5)
        }
    }

    private func waited(_ batch: EntryBatch) -> Duration {
        .nanoseconds(Int64(MonotonicClock.now - batch.began))
    }

    /// A batch was committed, or given up.
    private func finish(_ batch: EntryBatch, _ failure: StoreError?) {
        if let failure {
            batch.reply(failure.isOutcomeUnknown ? .unknown("\(failure)") : .unavailable("\(failure)"))
        } else {
            committed(batch)
            batch.reply(.recorded)
        }
        let (entries, bytes) = (batch.count, batch.textBytes)
        let (new, repeated) = batch.newRows
        // Not under the lock, for which event loops wait.
        batch.removeAll()
        state.withLock { state in
            if failure == nil {
                state.commits += 1
                state.stored += UInt64(new)
                state.repeated += UInt64(repeated)
            } else {
                state.refused += UInt64(entries)
            }
            state.queue.giveBack(batch, entries: entries, bytes: bytes)
            noteLoad(state)
        }
    }

    /// Says it once when the database stops taking entries, and once when it goes on.
    private func note(_ failure: StoreError?) {
        let line: String? = state.withLock { state in
            defer { state.failure = failure }
            if let failure { return failure.cause == state.failure?.cause ? nil : "entries are not stored: \(failure)" }
            return state.failure == nil ? nil : "entries are stored again"
        }
        if let line { notice(line) }
    }

    /// Deletes a slice of what is not to be kept.
    private func prune(_ pace: inout PruningPace) {
        let line: String?
        do throws(StoreError) {
            let isMore = try database.prune(configuration.retention, now: MonotonicClock.wallTime)
            line = pace.succeeded(isMore: isMore, now: MonotonicClock.now)
        } catch {
            line = pace.failed(error, now: MonotonicClock.now)
        }
        if let line { notice(line) }
    }
}

extension Duration {
    /// The duration in nanoseconds; 0 for a negative one.
    fileprivate var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(max(0, seconds)) * 1_000_000_000 + UInt64(max(0, attoseconds) / 1_000_000_000)
    }
}
