package import Broker
package import EntryStore

/// A database behind the ledger: an entry is accounted for, and acknowledged, when it is committed.
package final class EntryStorage: Sendable {
    private let ledger: Ledger
    private let writer: StoreWriter
    let pages = StoredPages()

    /// Creates the storage, whose thread runs until ``close()``.
    /// - Parameter notice: told, in one line, when the database stops taking entries or old ones cannot be deleted, and when it goes on.
    package init(
        _ database: any EntryDatabase, _ configuration: StoreWriter.Configuration = StoreWriter.Configuration(),
        ledger: Ledger, notice: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.ledger = ledger
        writer = StoreWriter(to: database, configuration, notice: notice) { Self.account(for: $0, in: ledger) }
    }

    /// Where the entries of one transport are recorded.
    package func recorder(for transport: String) -> some EntryRecorder {
        StorageRecorder(
            ledger: ledger, loop: ledger.loop(0), writer: writer, transport: transport, source: ledger.source(transport)
        )
    }

    /// Commits what waits, and ends; blocks until that is done.
    package func close() {
        writer.close()
    }

    /// What it has done so far.
    func figures() -> StoreFigures {
        writer.figures()
    }

    /// Finds entries; blocks.
    func page(_ query: EntryQuery, maxTextBytes: Int) throws(StoreError) -> StoredPage {
        try writer.page(query, maxTextBytes: maxTextBytes)
    }

    /// On the writer's thread, whatever loops have brought the entries.
    private static func account(for batch: EntryBatch, in ledger: Ledger) {
        let loop = ledger.loop(0)
        for index in 0..<batch.count {
            let entry = batch[index]
            let (name, data, run) = (entry.name, entry.data, entry.run)
            let received = ReceivedEntry(
                name: name.bytes, data: data.bytes, severity: entry.severity, run: run.bytes,
                sequence: entry.sequence, sentAt: entry.sentAt)
            switch batch.fate(index) {
            case .stored, .repeated: ledger.record(received, source: entry.source, on: loop, commit: batch.commit)
            case .known: ledger.countRepeated(received, source: entry.source, on: loop)
            }
        }
    }
}

/// The storage as one transport sees it on one event loop.
private struct StorageRecorder: EntryRecorder {
    let ledger: Ledger
    let loop: LoopLedger
    let writer: StoreWriter
    let transport: String
    let source: UInt8

    var isBehind: Bool { writer.isBehind }

    func recorder(forLoop number: Int) -> any EntryRecorder {
        StorageRecorder(
            ledger: ledger, loop: ledger.loop(number), writer: writer, transport: transport, source: source)
    }

    func record(_ entry: borrowing ReceivedEntry, reply: () -> EntryReply) -> RecordResult {
        record(entry, messageID: RawSpan(), mayRepeat: false, reply: reply)
    }

    func record(
        _ entry: borrowing ReceivedEntry, messageID: RawSpan, mayRepeat: Bool, reply: () -> EntryReply
    ) -> RecordResult {
        if let refusal = ledger.refusal(of: entry, source: source, on: loop) { return refusal }
        return writer.record(
            entry, transport: transport, source: source, messageID: messageID, mayRepeat: mayRepeat, reply: reply)
    }

    func countUndecodable() {
        loop.countUndecodable(source: source)
    }

    func countRepeated(_ entry: borrowing ReceivedEntry) {
        ledger.countRepeated(entry, source: source, on: loop)
    }
}
