import Dispatch
package import EntryStore
import Synchronization

/// A database in memory that does as it is told.
package final class MemoryDatabase: EntryDatabase {
    private struct State {
        var entries: [StoredEntry] = []
        var batches: [Int] = []
        var failures: [StoreError] = []
        var prunings: [Retention] = []
        var pruningFailures: [StoreError] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let gate: DispatchSemaphore?
    private let arrivals = DispatchSemaphore(value: 0)

    package let description = "memory"

    /// - Parameter isGated: whether each commit waits for ``allowCommit()``.
    package init(isGated: Bool = false) {
        gate = isGated ? DispatchSemaphore(value: 0) : nil
    }

    /// What was stored, oldest first.
    package var entries: [StoredEntry] { state.withLock { $0.entries } }
    /// How many entries each commit had.
    package var batches: [Int] { state.withLock { $0.batches } }
    package var prunings: [Retention] { state.withLock { $0.prunings } }
    package var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Has the next commits fail, one with each of these.
    package func fail(_ failures: StoreError...) {
        state.withLock { $0.failures += failures }
    }

    /// Has the next prunings fail, one with each of these.
    package func failPruning(_ failures: StoreError...) {
        state.withLock { $0.pruningFailures += failures }
    }

    /// Waits until a commit has begun.
    package func awaitCommit() {
        arrivals.wait()
    }

    /// Lets a commit go on.
    package func allowCommit() {
        gate?.signal()
    }

    package func commit(_ batch: EntryBatch, meanwhile: () -> Void) throws(StoreError) {
        meanwhile()
        arrivals.signal()
        gate?.wait()
        let failure: StoreError? = state.withLock { state in
            guard state.failures.isEmpty else { return state.failures.removeFirst() }
            state.batches.append(batch.count)
            for index in 0..<batch.count { Self.store(batch, index, in: &state) }
            return nil
        }
        if let failure { throw failure }
    }

    private static func store(_ batch: EntryBatch, _ index: Int, in state: inout State) {
        func text(_ bytes: UnsafeRawBufferPointer) -> String { String(decoding: bytes, as: UTF8.self) }
        let entry = batch[index]
        var row = StoredEntry(
            id: Int64(state.entries.count + 1), receivedAt: entry.receivedAt,
            sentAt: entry.sentAt == 0 ? nil : entry.sentAt, transport: entry.transport, name: text(entry.name),
            data: text(entry.data), severity: entry.severity, run: entry.run.isEmpty ? nil : text(entry.run),
            sequence: entry.run.isEmpty ? nil : entry.sequence,
            messageID: entry.messageID.isEmpty ? nil : text(entry.messageID))
        if entry.mayRepeat, state.entries.contains(where: { $0.messageID == row.messageID && $0.data == row.data }) {
            return batch.setFate(index, .known)
        }
        if row.run != nil, state.entries.contains(where: { $0.run == row.run && $0.sequence == row.sequence }) {
            row.isRepeated = true
            batch.setFate(index, .repeated)
        }
        state.entries.append(row)
    }

    package func prune(_ retention: Retention, now: Int64) throws(StoreError) -> Bool {
        let failure: StoreError? = state.withLock { state in
            state.prunings.append(retention)
            return state.pruningFailures.isEmpty ? nil : state.pruningFailures.removeFirst()
        }
        if let failure { throw failure }
        return false
    }

    package func page(_ query: EntryQuery, maxTextBytes: Int) throws(StoreError) -> StoredPage {
        let failure: StoreError? = state.withLock { $0.failures.isEmpty ? nil : $0.failures.removeFirst() }
        if let failure { throw failure }
        let found = entries.reversed().filter { entry in
            (query.before.map { entry.id < $0 } ?? true) && (query.name.map { entry.name == $0 } ?? true)
        }
        let page = Array(found.prefix(query.limit))
        return StoredPage(entries: page, next: found.count > page.count ? page.last?.id : nil)
    }

    package func bytesWritten() -> UInt64? { nil }

    package func close() {
        state.withLock { $0.isClosed = true }
    }
}
