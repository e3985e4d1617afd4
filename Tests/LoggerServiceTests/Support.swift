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
