import Broker
import EngineTestKit
import EntryJSON
import Foundation
import NIOCore
import Testing

@Suite struct WriterTests {
    private func write(_ entry: LogEntry) -> [UInt8] {
        var out = ByteBuffer(string: "before")
        let json = EntryJSONText(entry)
        json.write(into: &out)
        #expect(out.readableBytes == 6 + json.byteCount)
        return Array(out.readableBytesView.dropFirst(6))
    }

    @Test(arguments: [
        (LogEntry(name: "login", data: "user 7"), #"{"name":"login","data":"user 7"}"#),
        (LogEntry(name: "", data: "", severity: .warning), #"{"name":"","data":"","severity":"WARNING"}"#),
        (
            LogEntry(name: "é", data: "\"\\/\u{8}\u{C}\n\r\t\0\u{1F}\u{7F}"),
            #"{"name":"é","data":"\"\\/\b\f\n\r\t\u0000\u001f"# + "\u{7F}\"}"
        ),
        (
            LogEntry(name: "n", data: "d", severity: .error, stamp: RunStamp(run: "r\"", sequence: .max, sentAt: .min)),
            #"{"name":"n","data":"d","severity":"ERROR","run":"r\"","seq":18446744073709551615,"sent_at":-9223372036854775808}"#
        ),
        (
            LogEntry(name: "n", data: "d", stamp: RunStamp(run: "r", sequence: 0, sentAt: 0)),
            #"{"name":"n","data":"d","run":"r","seq":0,"sent_at":0}"#
        ),
    ])
    func writes(entry: LogEntry, json: String) {
        #expect(String(decoding: write(entry), as: UTF8.self) == json)
    }

    /// Entries of characters that need care: what we write, we and Foundation read.
    @Test func randomEntriesRoundTrip() throws {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<1_000 {
            let entry = Self.entry(using: &random)
            let json = write(entry)
            #expect(try read(json) == entry)
            let object = try #require(JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
            #expect(object["name"] as? String == entry.name)
            #expect(object["data"] as? String == entry.data)
            #expect(object["run"] as? String == entry.stamp?.run)
        }
    }

    /// What Foundation writes, we read.
    @Test func readsWhatFoundationWrites() throws {
        var random = SeededGenerator(seed: 6)
        for _ in 0..<500 {
            let entry = Self.entry(using: &random)
            var object: [String: Any] = ["name": entry.name, "data": entry.data, "severity": entry.severity.name]
            object["run"] = entry.stamp?.run
            object["seq"] = entry.stamp?.sequence
            object["sent_at"] = entry.stamp?.sentAt
            object["more"] = ["a": [1.5, true, NSNull()], "b": entry.name] as [String: Any]
            let json = try JSONSerialization.data(withJSONObject: object, options: [.prettyPrinted])
            #expect(try read(Array(json)) == entry)
        }
    }

    @Test func everyTruncationIsRefusedAndNoChangeTraps() {
        let entry = LogEntry(
            name: "é\n", data: "12345678\"🙂", severity: .error, stamp: RunStamp(run: "r", sequence: 12, sentAt: -3))
        let json = write(entry)
        for count in json.indices {
            #expect(throws: EntryJSONError.self) { try read(Array(json.prefix(count))) }
        }
        var reader = EntryJSONReader()
        for index in json.indices {
            for value in UInt8.min...UInt8.max {
                var changed = json
                changed[index] = value
                guard let other = try? read(changed, with: &reader) else { continue }
                // What is still an entry can be written and read again.
                let copy = try? read(write(other))
                #expect(copy == other)
            }
        }
    }

    @Test func damagedTextsNeverTrap() {
        var random = SeededGenerator(seed: 7)
        var reader = EntryJSONReader()
        let texts = (Case.goodTexts + Case.badTexts).map(\.json).filter { $0.count < 1_000 && !$0.isEmpty }
        for _ in 0..<5_000 {
            let text = texts.randomElement(using: &random) ?? []
            _ = try? read(random.damaged(text), with: &reader)
        }
    }

    private static func entry(using random: inout SeededGenerator) -> LogEntry {
        let characters = [
            "a", "\"", "\\", "/", "\n", "\0", "\u{1F}", "\u{7F}", "é", "€", "🙂", "\u{2028}", "x", " ", "12345678",
        ]
        func text(_ limit: Int) -> String {
            (0..<Int.random(in: 0...limit, using: &random)).map { _ in characters.randomElement(using: &random) ?? "" }
                .joined()
        }
        let run = text(10)
        let stamp = RunStamp(
            run: run, sequence: UInt64.random(in: 0...(.max), using: &random),
            sentAt: Int64.random(in: .min...(.max), using: &random))
        return LogEntry(
            name: text(8), data: text(60), severity: Severity.allCases.randomElement(using: &random) ?? .info,
            stamp: run.isEmpty ? nil : stamp)
    }
}
