import Broker

@testable import LoggerService

extension EntryRecorder {
    /// Records an entry as a transport would.
    @discardableResult
    func record(_ entry: LogEntry) -> RecordResult {
        let (name, data, run) = (Array(entry.name.utf8), Array(entry.data.utf8), Array((entry.stamp?.run ?? "").utf8))
        let received = ReceivedEntry(
            name: name.span.bytes, data: data.span.bytes, severity: entry.severity, run: run.span.bytes,
            sequence: entry.stamp?.sequence ?? 0, sentAt: entry.stamp?.sentAt ?? 0)
        return record(received, reply: { EntryReply { _ in } })
    }

    @discardableResult
    func record(run: String, _ sequence: UInt64, data: String = "d", sentAt: Int64 = 0) -> RecordResult {
        record(LogEntry(name: "n", data: data, stamp: RunStamp(run: run, sequence: sequence, sentAt: sentAt)))
    }
}

extension EntryRing {
    /// An entry as it was given to the ring.
    struct Stored {
        var entry: LogEntry
        var receivedAt: Int64
        var source: UInt8
    }

    /// The latest entries, newest first, at most `limit`.
    func latest(_ limit: Int) -> [Stored] {
        var entries: [Stored] = []
        var next = newest
        while let place = next, entries.count < limit {
            entries.append(stored(place))
            next = self.place(before: place)
        }
        return entries
    }

    func stored(_ place: Place) -> Stored {
        withEntry(place) { head, texts in
            func text(_ bytes: UnsafeRawBufferPointer) -> String { String(decoding: bytes, as: UTF8.self) }
            return Stored(
                entry: LogEntry(
                    name: text(texts.name), data: text(texts.data), severity: head.severity,
                    stamp: texts.run.isEmpty
                        ? nil : RunStamp(run: text(texts.run), sequence: head.sequence, sentAt: head.sentAt)),
                receivedAt: head.receivedAt, source: head.source)
        }
    }
}
