import Broker
import EntryCodecs
import NIOCore

extension CodecWork {
    /// A log entry of 100 B of a measured run, as a body of its own, with every codec that HTTP can carry.
    static let entryBodies: [CodecWork] = EntryCodec.allCases.flatMap { codec in
        [
            CodecWork(name: "entry \(codec.name) encode") { times in
                let encoder = EntryEncoder(codec, limits: EntryLimits())
                var out = ByteBuffer()
                for _ in 0..<times {
                    out.clear()
                    guard (try? encoder.encode(entry, into: &out) { _, _ in }) != nil else {
                        fatalError("\(codec.name) cannot write an entry")
                    }
                }
            },
            CodecWork(name: "entry \(codec.name) decode") { times in
                var body = ByteBuffer()
                var decoder = EntryDecoder(limits: EntryLimits())
                _ = try? EntryEncoder(codec, limits: EntryLimits()).encode(entry, into: &body) { _, _ in }
                for _ in 0..<times {
                    let count = try? decoder.decode(body.readableBytesSpan, as: codec) { $0.data.byteCount }
                    guard count == entry.data.utf8.count else { fatalError("\(codec.name) cannot read its own entry") }
                }
            },
        ]
    }

    private static let entry = LogEntry(
        name: "bench", data: text, stamp: RunStamp(run: "3f2a9c", sequence: 41_000, sentAt: 1_795_424_523_000_000_000))

    /// 100 printable characters of ASCII, some of which JSON has to escape.
    private static let text: String = {
        var state: UInt64 = 1
        return String(
            decoding: (0..<100).map { _ -> UInt8 in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(ascii: " ") + UInt8(truncatingIfNeeded: (state >> 33) % 95)
            }, as: UTF8.self)
    }()
}
