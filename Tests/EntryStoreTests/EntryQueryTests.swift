import Broker
import EngineTestKit
import NIOCore
import Testing

@testable import EntryStore

@Suite("Queries and rows as texts")
struct EntryQueryTests {
    @Test(
        "times",
        arguments: [
            ("0", 0), ("1769860800000000001", 1_769_860_800_000_000_001),
            ("2026-01-31T12:00:00Z", 1_769_860_800_000_000_000),
            ("2026-01-31T12:00:00.250000001Z", 1_769_860_800_250_000_001),
            ("2026-01-31T13:00:00+01:00", 1_769_860_800_000_000_000), ("2000-02-29T00:00:00Z", 951_782_400_000_000_000),
            ("1969-12-31T23:59:59Z", -1_000_000_000), ("2026-02-29T00:00:00Z", nil), ("2026-13-01T00:00:00Z", nil),
            ("2026-01-31T12:00:00", nil), ("2026-01-31", nil), ("9999-01-01T00:00:00Z", nil), ("yesterday", nil),
            ("", nil),
        ] as [(String, Int64?)])
    func times(_ text: String, _ nanoseconds: Int64?) {
        #expect(EntryQuery.time(text) == nanoseconds)
    }

    @Test("a parameter that is wrong is told with what it takes")
    func wrong() {
        var query = EntryQuery()
        for (parameter, text) in [
            ("severity", "loud"), ("since", "x"), ("until", "x"), ("before", "-1"), ("before", "x"), ("limit", "0"),
            ("limit", "11"), ("limit", "x"), ("else", "x"),
        ] {
            #expect(query.set(parameter, to: text, maxLimit: 10)?.contains(parameter) == true, "\(parameter)=\(text)")
        }
    }

    @Test("a query leads to its next page")
    func next() {
        var query = EntryQuery()
        let texts = [("name", "a b/é"), ("severity", "error"), ("since", "1"), ("until", "2"), ("limit", "7")]
        for (parameter, text) in texts { #expect(query.set(parameter, to: text, maxLimit: 10) == nil) }
        #expect(query.text(before: 5) == "limit=7&before=5&name=a%20b%2F%C3%A9&severity=ERROR&since=1&until=2")
    }

    @Test("a row as JSON")
    func json() {
        var out = ByteBuffer()
        StoredEntry(
            id: 3, receivedAt: 10, sentAt: 9, transport: "http", name: "n\"", data: "d\n", severity: .warning, run: "r",
            sequence: .max, messageID: "m", isRepeated: true
        ).write(into: &out)
        out.writeStaticString("\n")
        StoredEntry(id: 4, receivedAt: 11, transport: "tcp", name: "n", data: "").write(into: &out)
        let first =
            #"{"data":"d\n","id":3,"message_id":"m","name":"n\"","received_at_ns":10,"repeated":true,"run":"r","#
            + #""sent_at_ns":9,"seq":18446744073709551615,"severity":"WARNING","transport":"http"}"#
        let second = #"{"data":"","id":4,"name":"n","received_at_ns":11,"severity":"INFO","transport":"tcp"}"#
        #expect(String(buffer: out) == first + "\n" + second)
    }

    @Test("a batch keeps its entries through growth, and forgets them")
    func batch() {
        let batch = EntryBatch()
        for round in 0..<2 {
            for number in 0..<100 {
                batch.append(LogEntry(name: "\(number)", data: String(repeating: "x", count: number * 100)))
            }
            #expect(batch.count == 100)
            for number in 0..<100 {
                let entry = batch[number]
                #expect(String(decoding: entry.name, as: UTF8.self) == "\(number)", "\(round)")
                #expect(entry.data.count == number * 100 && entry.run.isEmpty && entry.messageID.isEmpty)
            }
            batch.removeAll()
            #expect(batch.count == 0 && batch.textBytes == 0)
        }
    }
}
