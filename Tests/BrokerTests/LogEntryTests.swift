import Broker
import Testing

@Suite struct LogEntryTests {
    @Test(arguments: [
        ("INFO", Severity.info), ("info", .info), ("Warning", .warning), ("WARNING", .warning), ("eRRoR", .error),
    ])
    func severityNames(name: String, severity: Severity) {
        #expect(Severity(name: name) == severity)
    }

    @Test(arguments: ["", "WARN", "INFO ", " INFO", "DEBUG", "0", "ERRORS", "İNFO", "ınfo2"])
    func otherSeverityNames(name: String) {
        #expect(Severity(name: name) == nil)
    }

    @Test func severityNumbers() {
        #expect(Severity.allCases.map(\.rawValue) == [0, 1, 2])
        #expect(Severity.allCases.map { Severity(name: $0.name) } == Severity.allCases)
        #expect(Severity(rawValue: 3) == nil)
    }

    /// Lengths and what is said against them; nil where nothing is.
    @Test(arguments: [
        (0, 0, 0, nil), (4, 6, 0, nil), (10, 0, 128, nil), (0, 10, 128, nil),
        (5, 6, 0, "an entry of 11 bytes (name and data) exceeds the limit of 10 bytes"),
        (11, 0, 200, "an entry of 11 bytes (name and data) exceeds the limit of 10 bytes"),
        (1, 1, 129, "a run id of 129 bytes exceeds the limit of 128 bytes"),
    ])
    func limits(name: Int, data: Int, run: Int, message: String?) {
        let limits = EntryLimits(maxEntryBytes: 10)
        func text(_ count: Int) -> String { String(repeating: "x", count: count) }
        let entry = LogEntry(
            name: text(name), data: text(data), stamp: RunStamp(run: text(run), sequence: 0, sentAt: 0))
        do throws(TransportError) {
            try limits.check(entry)
            #expect(message == nil)
        } catch {
            #expect(error == TransportError(.notSent, message ?? "nothing"))
        }
    }

    @Test func defaultLimit() {
        #expect(EntryLimits().maxEntryBytes == 16 * 1024 * 1024)
    }

    @Test(arguments: [
        (TransportError.Fate.notSent, "m"), (.unknown, "m (outcome unknown: the entry may have arrived)"),
        (.rejected, "rejected: m"),
    ])
    func errorTexts(fate: TransportError.Fate, text: String) {
        #expect(TransportError(fate, "m").description == text)
        #expect("\(ServerError("cannot listen"))" == "cannot listen")
    }

    @Test func receivedEntriesAreCopied() {
        let (name, data, run): ([UInt8], [UInt8], [UInt8]) = (
            Array("größe".utf8), [0x61, 0xFF, 0x62], Array("r1".utf8)
        )
        let received = ReceivedEntry(
            name: name.span.bytes, data: data.span.bytes, severity: .error, run: run.span.bytes, sequence: 7, sentAt: -8
        )
        let expected = LogEntry(
            name: "größe", data: "a\u{FFFD}b", severity: .error, stamp: RunStamp(run: "r1", sequence: 7, sentAt: -8))
        #expect(received.copy() == expected)
        let bare = ReceivedEntry(name: name.span.bytes, data: data.span.bytes)
        #expect(bare.copy() == LogEntry(name: "größe", data: "a\u{FFFD}b"))
    }

    @Test func clocksAdvance() {
        let (before, wallBefore) = (MonotonicClock.now, MonotonicClock.wallTime)
        #expect(MonotonicClock.now >= before)
        // After 2024 and before 2100: nanoseconds, not another unit.
        #expect((1_704_067_200_000_000_000...4_102_444_800_000_000_000).contains(wallBefore))
    }
}
