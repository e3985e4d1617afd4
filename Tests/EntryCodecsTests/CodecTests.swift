import Broker
import EngineTestKit
import NIOCore
import Testing

@testable import EntryCodecs

/// Every codec brings every entry back, and refuses what is none.
@Suite struct CodecTests {
    private static let entries = [
        LogEntry(name: "login", data: "user 7"), LogEntry(name: "", data: ""),
        LogEntry(name: "größe\n", data: "\"\\\0🙂", severity: .warning),
        LogEntry(name: "n", data: "d", severity: .error, stamp: RunStamp(run: "r", sequence: .max, sentAt: .min)),
        LogEntry(name: "n", data: "d", stamp: RunStamp(run: "r", sequence: 0, sentAt: 0)),
        LogEntry(
            name: "large", data: String(repeating: "x", count: 300_000),
            stamp: RunStamp(run: String(repeating: "r", count: 128), sequence: 300, sentAt: 1_700_000_000_000_000_000)),
    ]

    private func body(_ entry: LogEntry, _ encoder: EntryEncoder) throws -> [UInt8] {
        var out = ByteBuffer(string: "before")
        var told = 0
        try encoder.encode(entry, into: &out) { count, out in
            told = count
            out.writeString("head")
        }
        #expect(out.readString(length: 10) == "beforehead")
        #expect(out.readableBytes == told)
        return Array(out.readableBytesView)
    }

    @Test(arguments: EntryCodec.allCases)
    func roundTrips(codec: EntryCodec) throws {
        let encoder = EntryEncoder(codec, limits: EntryLimits())
        var decoder = EntryDecoder(limits: EntryLimits())
        for entry in Self.entries + Self.entries.reversed() {
            let body = try body(entry, encoder)
            #expect(try decoder.decode(body.span.bytes, as: codec) { $0.copy() } == entry)
        }
    }

    /// One decoder for bodies of all codecs, good ones between bad ones: nothing of one is left in the next.
    @Test(.timeLimit(.minutes(1)), arguments: EntryCodec.allCases)
    func damageIsRefusedOrRead(codec: EntryCodec) throws {
        var random = SeededGenerator(seed: 11)
        let encoder = EntryEncoder(codec, limits: EntryLimits())
        var decoder = EntryDecoder(limits: EntryLimits())
        for round in 0..<1_000 {
            let entry = Self.entries[round % 5]
            let body = try body(entry, encoder)
            let damaged = random.damaged(body)
            _ = try? decoder.decode(damaged.span.bytes, as: codec) { $0.copy() }
            #expect(try decoder.decode(body.span.bytes, as: codec) { $0.copy() } == entry)
            let cut = Array(body.prefix(Int.random(in: 0..<max(body.count, 1), using: &random)))
            let read = try? decoder.decode(cut.span.bytes, as: codec) { $0.copy() }
            // A protobuf message that ends between two fields is one with fewer fields.
            #expect(read == nil || codec == .protobuf)
        }
    }

    /// Another peer's definition of the type, with its fields in another order, and one that knows fewer of them.
    @Test func gobsOfOtherPeers() throws {
        var decoder = EntryDecoder(limits: EntryLimits())
        let ours = try body(Self.entries[0], EntryEncoder(.gob, limits: EntryLimits()))
        for _ in 0..<3 {
            #expect(try decoder.decode(Self.goBody.span.bytes, as: .gob) { $0.copy() } == Self.entries[0])
            #expect(try decoder.decode(ours.span.bytes, as: .gob) { $0.copy() } == Self.entries[0])
        }
    }

    /// What Go 1.27 writes for `gob.NewEncoder(w).Encode(Log{"login", "user 7"})` with `type Log struct{ Name, Data string }`.
    private static let goBody: [UInt8] = [
        34, 127, 3, 1, 1, 3, 76, 111, 103, 1, 255, 128, 0, 1, 2, 1, 4, 78, 97, 109, 101, 1, 12, 0, 1, 4, 68,
        97, 116, 97, 1, 12, 0, 0, 0, 18, 255, 128, 1, 5, 108, 111, 103, 105, 110, 1, 6, 117, 115, 101, 114,
        32, 55, 0,
    ]

    @Test(arguments: EntryCodec.allCases)
    func runOverTheLimit(codec: EntryCodec) throws {
        let entry = LogEntry(
            name: "a", data: "b", stamp: RunStamp(run: String(repeating: "r", count: 129), sequence: 1, sentAt: 1))
        let body = try body(entry, EntryEncoder(codec, limits: EntryLimits()))
        var decoder = EntryDecoder(limits: EntryLimits())
        #expect(throws: EntryCodecError.self) { try decoder.decode(body.span.bytes, as: codec) { $0.copy() } }
    }
}
