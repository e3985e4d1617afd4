package import Broker
package import EntryStore

extension StoreWriter {
    /// Records an entry as a transport would.
    package func record(
        _ entry: LogEntry, messageID: String = "", mayRepeat: Bool = false,
        _ reply: @escaping @Sendable (RecordResult) -> Void = { _ in }
    ) -> RecordResult {
        let (name, data, run) = (Array(entry.name.utf8), Array(entry.data.utf8), Array((entry.stamp?.run ?? "").utf8))
        let id = Array(messageID.utf8)
        let received = ReceivedEntry(
            name: name.span.bytes, data: data.span.bytes, severity: entry.severity, run: run.span.bytes,
            sequence: entry.stamp?.sequence ?? 0, sentAt: entry.stamp?.sentAt ?? 0)
        return record(
            received, transport: "test", messageID: id.span.bytes, mayRepeat: mayRepeat, reply: { EntryReply(reply) })
    }

    /// Records an entry and waits for its fate.
    package func fate(of entry: LogEntry, messageID: String = "", mayRepeat: Bool = false) async -> RecordResult {
        await withCheckedContinuation { continuation in
            let result = record(entry, messageID: messageID, mayRepeat: mayRepeat) {
                continuation.resume(returning: $0)
            }
            if result != .later { continuation.resume(returning: result) }
        }
    }
}

extension EntryBatch {
    /// Adds an entry as a writer would.
    package func append(
        _ entry: LogEntry, receivedAt: Int64 = 1, transport: String = "test", messageID: String = "",
        mayRepeat: Bool = false
    ) {
        append(
            name: Array(entry.name.utf8), data: Array(entry.data.utf8), entry, receivedAt, transport, messageID,
            mayRepeat)
    }

    /// Adds an entry with texts that need not be UTF-8.
    package func append(name: [UInt8], data: [UInt8]) {
        append(name: name, data: data, LogEntry(name: "", data: ""), 1, "test", "", false)
    }

    private func append(
        name: [UInt8], data: [UInt8], _ entry: LogEntry, _ receivedAt: Int64, _ transport: String, _ messageID: String,
        _ mayRepeat: Bool
    ) {
        let (run, id) = (Array((entry.stamp?.run ?? "").utf8), Array(messageID.utf8))
        let received = ReceivedEntry(
            name: name.span.bytes, data: data.span.bytes, severity: entry.severity, run: run.span.bytes,
            sequence: entry.stamp?.sequence ?? 0, sentAt: entry.stamp?.sentAt ?? 0)
        append(
            received, receivedAt: receivedAt, transport: transport, messageID: id.span.bytes, mayRepeat: mayRepeat,
            reply: EntryReply { _ in })
    }
}
