import Broker
import EngineTestKit
import Testing

@testable import LoggerService

@Suite struct EntryRingTests {
    /// An entry of `size` bytes of text, that tells which one it is.
    private func entry(_ number: Int, _ size: Int) -> LogEntry {
        let text = String(decoding: (0..<size).map { UInt8(0x61 + ($0 + number) % 26) }, as: UTF8.self)
        let stamp = RunStamp(run: String(text.prefix(size % 7)), sequence: UInt64(number), sentAt: Int64(-number))
        return LogEntry(
            name: String(text.dropFirst(size % 7).prefix(size % 5)), data: String(text.dropFirst(size % 7 + size % 5)),
            severity: Severity.allCases[number % 3], stamp: stamp.run.isEmpty ? nil : stamp)
    }

    private func append(_ entry: LogEntry, to ring: inout EntryRing, at time: Int64 = 0) {
        let (name, data, run) = (Array(entry.name.utf8), Array(entry.data.utf8), Array((entry.stamp?.run ?? "").utf8))
        let received = ReceivedEntry(
            name: name.span.bytes, data: data.span.bytes, severity: entry.severity, run: run.span.bytes,
            sequence: entry.stamp?.sequence ?? 0, sentAt: entry.stamp?.sentAt ?? 0)
        ring.append(received, receivedAt: time, source: UInt8(truncatingIfNeeded: time))
    }

    /// The newest entries are those that were appended last, in their order, and no more than the memory holds.
    private func check(_ ring: borrowing EntryRing, _ model: [LogEntry], bytes: Int, since largest: Int) {
        let latest = ring.latest(.max).map(\.entry)
        #expect(latest == Array(model.reversed().prefix(latest.count)))
        // Of the memory at most the largest entry's size is lost at the end, and as much to the one half written over.
        var held = 0
        let expected = model.reversed().prefix { entry in
            held += 36 + entry.name.utf8.count + entry.data.utf8.count + (entry.stamp?.run.utf8.count ?? 0)
            return held <= bytes - 2 * largest
        }
        #expect(latest.count >= expected.count)
    }

    /// Every size of entry against every size of memory: each alignment of the wrap comes up.
    @Test func everyAlignment() {
        for bytes in [80, 200, 201, 202, 203, 211, 256] {
            for size in 0...40 {
                var ring = EntryRing(byteCount: bytes)
                var model: [LogEntry] = []
                for number in 0..<30 {
                    let entry = entry(number, size)
                    append(entry, to: &ring)
                    model.append(entry)
                    check(ring, model, bytes: bytes, since: 36 + size)
                }
            }
        }
    }

    private func count(_ ring: borrowing EntryRing) -> Int {
        var (count, next) = (0, ring.newest)
        while let place = next {
            count += 1
            next = ring.place(before: place)
        }
        return count
    }

    @Test func randomSizes() {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<60 {
            let bytes = Int.random(in: 120...600, using: &random)
            var ring = EntryRing(byteCount: bytes)
            var model: [LogEntry] = []
            for number in 0..<150 {
                let entry = entry(number, Int.random(in: 0...80, using: &random))
                append(entry, to: &ring)
                model.append(entry)
                check(ring, model, bytes: bytes, since: 116)
            }
        }
    }

    /// Each number leads to its entry, or to nothing where that was written over: over blocks of the memory in which many
    /// entries end, one, or none, and the end of the memory.
    @Test(arguments: [1, 2, 3, 5, 8])
    func numbers(blocks: Int) {
        var random = SeededGenerator(seed: UInt64(blocks))
        for largest in [200, 3_000, 60_000, 200_000] {
            let bytes = blocks * 65_536 + Int.random(in: -40...40, using: &random)
            var ring = EntryRing(byteCount: bytes)
            var model: [LogEntry] = []
            #expect(ring.place(of: 0) == nil && ring.newest == nil)
            for _ in 0..<min(4 * bytes / largest + 8, 1_500) {
                let entry = LogEntry(
                    name: "\(model.count)",
                    data: String(repeating: "x", count: Int.random(in: 0...largest, using: &random)))
                let next = ring.nextNumber
                append(entry, to: &ring)
                if ring.nextNumber > next { model.append(entry) }
                // Each look walks through the whole ring.
                guard Int.random(in: 0..<20, using: &random) == 0 else { continue }
                let held = count(ring)
                let some = [0, held - 1, held, held + 1, model.count - 1, Int.random(in: 0...held, using: &random)]
                for back in some where (0..<model.count).contains(back) {
                    let place = ring.place(of: UInt64(model.count - 1 - back))
                    #expect((place != nil) == (back < held))
                    guard let place else { continue }
                    #expect(ring.stored(place).entry == model[model.count - 1 - back])
                }
            }
            #expect(ring.place(of: ring.nextNumber) == nil && ring.place(of: .max) == nil)
        }
    }

    /// An entry that is larger than the memory is left out, and nothing else changes.
    @Test func tooLarge() {
        for bytes in [0, 1, 35] {
            var ring = EntryRing(byteCount: bytes)
            append(entry(0, 0), to: &ring)
            #expect(ring.latest(10).isEmpty)
        }
        var ring = EntryRing(byteCount: 100)
        append(entry(1, 20), to: &ring)
        append(entry(2, 65), to: &ring)
        #expect(ring.latest(10).map(\.entry) == [entry(1, 20)])
        append(entry(3, 64), to: &ring)
        #expect(ring.latest(10).map(\.entry) == [entry(3, 64)])
    }

    @Test func limitAndFields() {
        var ring = EntryRing(byteCount: 10_000)
        #expect(ring.latest(10).isEmpty)
        for number in 0..<20 { append(entry(number, 30), to: &ring, at: Int64(number)) }
        #expect(ring.latest(0).isEmpty)
        #expect(ring.latest(3).map(\.receivedAt) == [19, 18, 17])
        #expect(ring.latest(3).map(\.source) == [19, 18, 17])
        #expect(ring.latest(100).count == 20)
    }

    /// One that is not filled in yet hides what is behind it, and nothing is written over it.
    @Test func unfilledRooms() throws {
        func received(_ name: [UInt8], _ data: [UInt8], _ body: (borrowing ReceivedEntry) -> Void) {
            body(ReceivedEntry(name: name.span.bytes, data: data.span.bytes))
        }
        let large = [UInt8](repeating: 0x61, count: EntryRing.largeBytes)
        var ring = EntryRing(byteCount: 3 * EntryRing.largeBytes)
        var rooms: [EntryRing.Room] = []
        received([0x31], []) { ring.append($0, receivedAt: 1, source: 0) }
        for _ in 0..<2 {
            received([0x32], large) { entry in
                let isLarge = ring.isLarge(entry)
                #expect(isLarge)
                ring.reserve(entry, receivedAt: 2, source: 0).map { rooms.append($0) }
            }
        }
        try #require(rooms.count == 2)
        received([0x33], []) { ring.append($0, receivedAt: 3, source: 0) }
        #expect(names(ring) == ["1"])
        // The next large one would begin again where the first two are not filled in.
        received([0x34], large) { entry in
            let room = ring.reserve(entry, receivedAt: 4, source: 0)
            #expect(room == nil)
        }

        received([0x32], large) { rooms[1].fill($0) }
        ring.filled(rooms[1])
        #expect(names(ring) == ["1"])
        received([0x32], large) { rooms[0].fill($0) }
        ring.filled(rooms[0])
        #expect(names(ring) == ["3", "2", "2", "1"])
        let second = ring.latest(9)[1].entry.data
        #expect(second.utf8.elementsEqual(large))
        received([0x34], large) { entry in
            let room = ring.reserve(entry, receivedAt: 4, source: 0)
            room?.fill(entry)
            room.map { ring.filled($0) }
        }
        #expect(names(ring) == ["4", "3", "2"])
    }

    private func names(_ ring: borrowing EntryRing) -> [String] { ring.latest(9).map(\.entry.name) }
}
