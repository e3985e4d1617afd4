import Broker
import EngineTestKit
import Foundation
import Testing

@testable import LoggerService

/// Pages of entries that are made part by part.
@Suite struct EntryPageTests {
    private struct Listed: Decodable, Equatable {
        var name: String
        var data: String
        var seq: UInt64?
    }

    /// All parts of a page; nil where it was broken.
    private func parts(of page: EntryPage, after first: (Int) -> Void = { _ in }) -> [[UInt8]]? {
        var parts: [[UInt8]] = []
        while true {
            switch page.nextPart() {
            case .bytes(let bytes): parts.append(bytes)
            case .end: return parts
            case .broken: return nil
            }
            first(parts.count)
        }
    }

    private func listed(_ page: EntryPage) throws -> [Listed] {
        var body = Data()
        for part in try #require(parts(of: page)) { body += part }
        return try JSONDecoder().decode([Listed].self, from: body)
    }

    private func entry(_ number: Int, _ text: String) -> LogEntry {
        LogEntry(name: "n\(number)", data: text, stamp: RunStamp(run: "r", sequence: UInt64(number), sentAt: 1))
    }

    /// Texts of every kind of character, long and short, come back as they were, in parts of a bounded size.
    @Test func textsOfAllKinds() throws {
        let kinds = ["", "x", "\u{1}", "\"\\/", "é", "漢", "🦉", "\u{1F}é🦉\n"]
        let texts = kinds.flatMap { kind in [1, 50, 20_001].map { String(repeating: kind, count: $0) } }
        let ledger = Ledger(storeBytes: 4 << 20)
        let recorder = ledger.recorder(for: "tcp")
        for (number, text) in texts.enumerated() {
            recorder.record(entry(number, text))
            recorder.record(LogEntry(name: text, data: ""))
        }
        let page = EntryPage(of: ledger, before: nil, limit: 10_000)
        #expect(
            try listed(page).map { [$0.name, $0.data] }
                == texts.enumerated().reversed().flatMap {
                    [[$0.element, ""], ["n\($0.offset)", $0.element]]
                })
        let made = try #require(parts(of: EntryPage(of: ledger, before: nil, limit: 10_000)))
        // 16 KiB of texts at six bytes each, and what stands around them.
        #expect(made.allSatisfy { $0.count < 6 * 16_384 + 50_000 } && made.count > 20 && page.next == nil)
    }

    /// Bytes that are no UTF-8 are shown as such, wherever a part ends.
    @Test func whatIsNoText() throws {
        let ledger = Ledger(storeBytes: 1 << 20)
        let recorder = ledger.recorder(for: "tcp")
        let bytes = [UInt8](repeating: 0x80, count: 40_000)
        _ = recorder.record(
            ReceivedEntry(name: [0xF0, 0x9F].span.bytes, data: bytes.span.bytes), reply: { EntryReply { _ in } })
        let entries = try listed(EntryPage(of: ledger, before: nil, limit: 1))
        #expect(entries.map(\.data) == [String(repeating: "\u{FFFD}", count: 40_000)])
    }

    @Test func pagesFollowEachOther() throws {
        let ledger = Ledger(storeBytes: 1 << 20)
        let recorder = ledger.recorder(for: "tcp")
        let text = String(repeating: "x", count: 990)
        for number in 0..<250 { recorder.record(entry(number, text)) }
        var (before, sizes, numbers): (EntryCursor?, [Int], [UInt64]) = (nil, [], [])
        repeat {
            let page = EntryPage(of: ledger, before: before, limit: 100, maxTextBytes: 83_000)
            let entries = try listed(page)
            sizes.append(entries.count)
            numbers += entries.compactMap(\.seq)
            before = page.next
        } while before != nil
        #expect(sizes == [83, 83, 83, 1] && numbers == (0..<250).reversed())
        #expect(try listed(EntryPage(of: ledger, before: EntryCursor([10]), limit: 3)).compactMap(\.seq) == [9, 8, 7])
        for none in [0, 251, 1_000, UInt64.max] {
            let page = EntryPage(of: ledger, before: EntryCursor([none]), limit: 3)
            #expect(try listed(page).isEmpty && page.next == nil)
        }
    }

    /// What several loops have brought is listed as it came, each entry once, while more of it comes.
    @Test func pagesOfSeveralLoops() throws {
        let ledger = Ledger(storeBytes: 1 << 20, loops: 3)
        let all = ledger.recorder(for: "tcp")
        let recorders = (0..<3).map { all.recorder(forLoop: $0) }
        var random = SeededGenerator(seed: 4)
        func record(_ numbers: Range<Int>) {
            for number in numbers {
                // The clock tells two entries apart; of what it does not, the order is not known.
                let before = MonotonicClock.wallTime
                while MonotonicClock.wallTime == before {}
                recorders[Int.random(in: 0..<2, using: &random)].record(entry(number, "x"))
            }
        }
        record(0..<2_500)
        var (before, numbers): (EntryCursor?, [UInt64]) = (nil, [])
        repeat {
            let page = EntryPage(of: ledger, before: before, limit: 700)
            record(2_500..<2_510)
            numbers += try listed(page).compactMap(\.seq)
            before = page.next
        } while before != nil
        #expect(numbers == (0..<2_500).reversed())
        #expect(before == nil && EntryCursor("3.4", loops: 3) == nil && EntryCursor("3.4.5", loops: 3)?.text == "3.4.5")
    }

    /// What one loop writes over ends with its entries alone.
    @Test func writtenOverOnOneLoop() throws {
        let ledger = Ledger(storeBytes: 800_000, loops: 2)
        let all = ledger.recorder(for: "tcp")
        let recorders = (0..<2).map { all.recorder(forLoop: $0) }
        for number in 0..<20 { recorders[number % 2].record(entry(number, String(repeating: "x", count: 16_300))) }
        let page = EntryPage(of: ledger, before: nil, limit: 100)
        let made = try #require(
            parts(of: page) { count in
                guard count == 3 else { return }
                for number in 20..<60 { recorders[1].record(entry(number, String(repeating: "y", count: 16_300))) }
            })
        let entries = try JSONDecoder().decode([Listed].self, from: Data(made.joined())).compactMap(\.seq)
        #expect(entries.filter { $0 % 2 == 0 } == stride(from: 18, through: 0, by: -2).map { UInt64($0) })
        #expect((1..<5).contains(entries.count { $0 % 2 == 1 }))
    }

    /// An entry that is larger than a page is a page.
    @Test func oneLargeEntry() throws {
        let ledger = Ledger(storeBytes: 1 << 20)
        let recorder = ledger.recorder(for: "tcp")
        recorder.record(entry(0, "small"))
        recorder.record(entry(1, String(repeating: "\u{1}", count: 90_000)))
        let page = EntryPage(of: ledger, before: nil, limit: 10, maxTextBytes: 50_000)
        #expect(try listed(page).compactMap(\.seq) == [1] && page.next == EntryCursor([1]))
    }

    /// What is written over meanwhile is left out; what is half read then breaks the page.
    @Test func writtenOverMeanwhile() throws {
        let ledger = Ledger(storeBytes: 400_000)
        let recorder = ledger.recorder(for: "tcp")
        for number in 0..<20 { recorder.record(entry(number, String(repeating: "x", count: 16_300))) }
        let page = EntryPage(of: ledger, before: nil, limit: 100)
        let made = try #require(
            parts(of: page) { count in
                guard count == 3 else { return }
                for number in 20..<32 { recorder.record(entry(number, String(repeating: "y", count: 16_300))) }
            })
        let entries = try JSONDecoder().decode([Listed].self, from: Data(made.joined()))
        #expect(entries.compactMap(\.seq) == (UInt64(20 - entries.count)..<20).reversed())
        #expect((3..<20).contains(entries.count) && entries.allSatisfy { $0.data.allSatisfy { $0 == "x" } })

        recorder.record(entry(40, String(repeating: "x", count: 200_000)))
        let broken = EntryPage(of: ledger, before: nil, limit: 1)
        #expect(
            parts(of: broken) { count in
                guard count == 2 else { return }
                for number in 0..<30 { recorder.record(entry(number, String(repeating: "y", count: 16_300))) }
            } == nil)
    }
}
