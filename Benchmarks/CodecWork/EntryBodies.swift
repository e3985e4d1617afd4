import Broker
import EntryCodecs
import NIOCore

extension CodecWork {
    /// A log entry of 100 B of a measured run, as a body of its own, with every codec that HTTP can carry; and one of 1 MiB
    /// in JSON, with texts that differ in what has to be escaped.
    static let entryBodies: [CodecWork] =
        EntryCodec.allCases.flatMap { codec in
            entryWork("entry \(codec.name)", codec) { printable(100) }
        }
        + entryWork("json 1 MiB random", .json) { printable(1 << 20) }
        + entryWork("json 1 MiB lines", .json) { repeated(lines, 1 << 20) }
        + entryWork("json 1 MiB not ASCII", .json) { repeated(wide, 1 << 20) }

    private static func entryWork(
        _ name: String, _ codec: EntryCodec, _ text: @escaping @Sendable () -> String
    ) -> [CodecWork] {
        [
            encoding("\(name) encode", codec) { .measured(text()) },
            decoding("\(name) decode", codec) {
                let (text, encoder) = (text(), EntryEncoder(codec, limits: EntryLimits()))
                var body = ByteBuffer()
                _ = try? encoder.encode(.measured(text), into: &body) { _, _ in }
                return (Array(body.readableBytesView), text.utf8.count)
            },
        ]
    }

    /// Writes an entry.
    static func encoding(
        _ name: String, _ codec: EntryCodec, _ entry: @escaping @Sendable () -> LogEntry
    ) -> CodecWork {
        CodecWork(name: name) { times in
            let (entry, encoder) = (entry(), EntryEncoder(codec, limits: EntryLimits()))
            var out = ByteBuffer()
            for _ in 0..<times {
                out.clear()
                guard (try? encoder.encode(entry, into: &out) { _, _ in }) != nil else {
                    fatalError("\(codec.name) cannot write an entry")
                }
            }
        }
    }

    /// Reads an entry, whose text has so many bytes if that is known.
    static func decoding(
        _ name: String, _ codec: EntryCodec, _ body: @escaping @Sendable () -> (bytes: [UInt8], textBytes: Int?)
    ) -> CodecWork {
        CodecWork(name: name) { times in
            let (body, textBytes) = body()
            var decoder = EntryDecoder(limits: EntryLimits())
            for _ in 0..<times {
                let count = try? decoder.decode(body.span.bytes, as: codec) { $0.data.byteCount }
                guard let count, count == textBytes ?? count else { fatalError("\(codec.name) cannot read an entry") }
            }
        }
    }

    /// Printable characters of ASCII, some of which JSON has to escape.
    private static func printable(_ byteCount: Int) -> String {
        var state: UInt64 = 1
        return String(
            decoding: (0..<byteCount).map { _ -> UInt8 in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(ascii: " ") + UInt8(truncatingIfNeeded: (state >> 33) % 95)
            }, as: UTF8.self)
    }

    /// About so many bytes of a text behind itself.
    private static func repeated(_ text: String, _ byteCount: Int) -> String {
        String(repeating: text, count: byteCount / text.utf8.count)
    }

    private static let wide = "Größe überschritten: 日本語のテキスト, Журнал 🙂. "
    private static let lines =
        "2026-11-27T10:00:07.123Z INFO [worker-3] handled method=GET path=/api/v1/items/4711 status=200 bytes=2048\n"
}

extension LogEntry {
    /// An entry of a measured run.
    static func measured(_ text: String) -> LogEntry {
        LogEntry(
            name: "bench", data: text,
            stamp: RunStamp(run: "3f2a9c", sequence: 41_000, sentAt: 1_795_424_523_000_000_000))
    }
}
