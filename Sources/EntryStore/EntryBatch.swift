package import Broker

/// Entries that are committed together, in one piece of memory that is used again.
package final class EntryBatch: @unchecked Sendable {
    // Unchecked: it has one owner at a time, the writer's queue, behind its lock, and then the writer's thread.

    /// What became of an entry.
    package enum Fate: Sendable, Hashable {
        /// It is a new row.
        case stored
        /// It is a new row that is marked as repeated: there was one of the same run and number.
        case repeated
        /// It is no new row: this very message is one already.
        case known
    }

    /// A commit, known by when it began.
    package struct Commit: Sendable, Hashable {
        /// When it began, on the monotonic clock, in nanoseconds.
        package var began: UInt64
        /// What it took, in nanoseconds.
        package var elapsed: UInt64

        /// Creates a commit.
        package init(began: UInt64, elapsed: UInt64) {
            self.began = began
            self.elapsed = elapsed
        }
    }

    private struct Row {
        var receivedAt: Int64
        var sentAt: Int64
        var sequence: UInt64
        var transport: String
        var source: UInt8
        var severity: Severity
        var mayRepeat: Bool
        var fate = Fate.stored
        var start: Int
        var nameBytes: Int
        var dataBytes: Int
        var runBytes: Int
        var idBytes: Int
        var reply: EntryReply
    }

    private static let leastBytes = 256
    /// A batch that was larger lets go of its memory.
    private static let mostIdleBytes = 4 * 1024 * 1024

    private var rows: [Row] = []
    private var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: leastBytes, alignment: 16)
    /// The bytes of all texts.
    package private(set) var textBytes = 0
    /// When the first entry came, on the monotonic clock.
    private(set) var began: UInt64 = 0
    /// What has brought the entries into the database; nil before.
    package internal(set) var commit: Commit?

    /// Creates an empty batch.
    package init() {}

    deinit {
        memory.deallocate()
    }

    /// The number of entries.
    package var count: Int { rows.count }

    /// Copies an entry in.
    /// - Parameters:
    ///   - receivedAt: in nanoseconds since 1970-01-01T00:00:00Z.
    ///   - transport: what has brought it.
    ///   - source: the transport's number in the ledger.
    ///   - messageID: the id of the message that brought it; empty for none.
    ///   - mayRepeat: whether the message may be known by its id.
    ///   - reply: where its fate is to be told.
    package func append(
        _ entry: borrowing ReceivedEntry, receivedAt: Int64, transport: String, source: UInt8 = 0,
        messageID: RawSpan = RawSpan(), mayRepeat: Bool = false, reply: EntryReply
    ) {
        if rows.isEmpty { began = MonotonicClock.now }
        reserve(Self.bytes(of: entry, messageID))
        let start = textBytes
        put(entry.name)
        put(entry.data)
        put(entry.run)
        put(messageID)
        rows.append(
            Row(
                receivedAt: receivedAt, sentAt: entry.sentAt, sequence: entry.sequence, transport: transport,
                source: source, severity: entry.severity, mayRepeat: mayRepeat, start: start,
                nameBytes: entry.name.byteCount, dataBytes: entry.data.byteCount, runBytes: entry.run.byteCount,
                idBytes: messageID.byteCount, reply: reply))
    }

    /// What an entry takes.
    static func bytes(of entry: borrowing ReceivedEntry, _ messageID: RawSpan) -> Int {
        entry.name.byteCount + entry.data.byteCount + entry.run.byteCount + messageID.byteCount
    }

    private func reserve(_ count: Int) {
        guard textBytes + count > memory.count else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(memory.count * 2, textBytes + count), alignment: 16)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<textBytes]))
        memory.deallocate()
        memory = larger
    }

    private func put(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: memory[textBytes...]).copyMemory(from: $0) }
        textBytes += bytes.byteCount
    }

    /// An entry; its texts are there until the batch is emptied.
    package subscript(index: Int) -> BatchedEntry {
        let row = rows[index]
        var end = row.start
        func next(_ count: Int) -> UnsafeRawBufferPointer {
            defer { end += count }
            return UnsafeRawBufferPointer(rebasing: memory[end..<end + count])
        }
        return BatchedEntry(
            receivedAt: row.receivedAt, sentAt: row.sentAt, sequence: row.sequence, severity: row.severity,
            transport: row.transport, source: row.source, mayRepeat: row.mayRepeat, name: next(row.nameBytes),
            data: next(row.dataBytes), run: next(row.runBytes), messageID: next(row.idBytes))
    }

    /// Says what became of an entry.
    package func setFate(_ index: Int, _ fate: Fate) {
        rows[index].fate = fate
    }

    /// What became of an entry, once the batch is committed.
    package func fate(_ index: Int) -> Fate {
        rows[index].fate
    }

    /// How many entries are new rows, and how many of these are marked as repeated.
    var newRows: (all: Int, repeated: Int) {
        rows.reduce(into: (0, 0)) { counts, row in
            if row.fate != .known { counts.0 += 1 }
            if row.fate == .repeated { counts.1 += 1 }
        }
    }

    /// Forgets what became of entries.
    func resetFates() {
        for index in rows.indices { rows[index].fate = .stored }
    }

    /// Tells all senders what became of their entries, in the order in which these came.
    func reply(_ result: RecordResult) {
        for row in rows { row.reply(result) }
    }

    /// Empties it, so that it can be used again.
    func removeAll() {
        rows.removeAll(keepingCapacity: true)
        textBytes = 0
        commit = nil
        guard memory.count > Self.mostIdleBytes else { return }
        memory.deallocate()
        memory = .allocate(byteCount: Self.leastBytes, alignment: 16)
    }
}

/// An entry of a batch: its texts are the bytes that its sender has sent, and lie in the memory of the batch.
///
/// They need not be UTF-8 and may hold NUL: each database says what it makes of those.
package struct BatchedEntry {
    /// When the logger received it, in nanoseconds since 1970-01-01T00:00:00Z.
    package let receivedAt: Int64
    /// When it was meant to be sent, in nanoseconds since 1970-01-01T00:00:00Z; 0 where its sender did not say.
    package let sentAt: Int64
    /// Its number in its run.
    package let sequence: UInt64
    /// How bad it is.
    package let severity: Severity
    /// The transport that brought it.
    package let transport: String
    /// The transport's number in the ledger.
    package let source: UInt8
    /// Whether its message may be a row already: one of the same id, name and data.
    package let mayRepeat: Bool
    /// What it is about.
    package let name: UnsafeRawBufferPointer
    /// Its text.
    package let data: UnsafeRawBufferPointer
    /// Its run; empty for none.
    package let run: UnsafeRawBufferPointer
    /// The id of the message that brought it; empty for none.
    package let messageID: UnsafeRawBufferPointer
}
