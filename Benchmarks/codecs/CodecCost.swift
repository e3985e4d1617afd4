import Broker
import EntryCodecs
import Foundation
import NIOCore

/// What a codec costs: `swift run -c release codec-cost [ENTRIES]`, 100,000 unless told otherwise.
///
/// Writes and reads the entries of a measured run, 100 B of printable text each, with every codec in turn, five times over, and
/// prints the fastest of the five, which is what the code takes where nobody disturbs it.
@main enum CodecCost {
    static func main() throws {
        let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 100_000
        let entries = (0..<64).map { number in
            LogEntry(
                name: "bench", data: text(UInt64(number)),
                stamp: RunStamp(run: "3f2a9c", sequence: UInt64(number) * 1_000, sentAt: 1_795_424_523_000_000_000))
        }
        var costs: [EntryCodec: Cost] = [:]
        for _ in 0..<5 {
            for codec in EntryCodec.allCases {
                let cost = try measure(codec, entries, count)
                costs[codec] = costs[codec].map { $0.fastest(cost) } ?? cost
            }
        }
        guard let foundation = costs[.foundationJSON] else { return }
        print("codec              bytes  encode ns  decode ns  together  Foundation's is")
        for codec in EntryCodec.allCases {
            guard let cost = costs[codec] else { continue }
            print(
                codec.name.padding(toLength: 16, withPad: " ", startingAt: 0)
                    + String(
                        format: "%8d %10.0f %10.0f %9.0f %13.1f x", cost.bytes, cost.encode, cost.decode, cost.together,
                        foundation.together / cost.together))
        }
    }

    /// Nanoseconds an entry, and the mean length of its body.
    private struct Cost {
        var bytes: Int
        var encode: Double
        var decode: Double
        var together: Double { encode + decode }

        func fastest(_ other: Cost) -> Cost {
            Cost(bytes: bytes, encode: min(encode, other.encode), decode: min(decode, other.decode))
        }
    }

    private static func measure(_ codec: EntryCodec, _ entries: [LogEntry], _ count: Int) throws -> Cost {
        let encoder = EntryEncoder(codec, limits: EntryLimits())
        var decoder = EntryDecoder(limits: EntryLimits())
        var out = ByteBuffer()
        var bytes = 0
        let clock = ContinuousClock()
        let encoding = try clock.measure {
            for number in 0..<count {
                out.clear()
                try encoder.encode(entries[number & 63], into: &out) { count, _ in bytes += count }
            }
        }
        var bodies: [[UInt8]] = []
        for entry in entries {
            var body = ByteBuffer()
            try encoder.encode(entry, into: &body) { _, _ in }
            bodies.append(Array(body.readableBytesView))
        }
        var read = 0
        let decoding = try clock.measure {
            for number in 0..<count {
                let body = bodies[number & 63]
                read += try decoder.decode(body.span.bytes, as: codec) { $0.data.byteCount }
            }
        }
        guard read == count * 100 else { throw EntryError(description: "\(codec.name) did not bring every byte back") }
        return Cost(
            bytes: bytes / count, encode: encoding / .nanoseconds(count), decode: decoding / .nanoseconds(count))
    }

    /// 100 printable characters of ASCII, some of which JSON has to escape.
    private static func text(_ seed: UInt64) -> String {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
        let characters = (0..<100).map { _ -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(ascii: " ") + UInt8(truncatingIfNeeded: (state >> 33) % 95)
        }
        return String(decoding: characters, as: UTF8.self)
    }
}

private struct EntryError: Error, CustomStringConvertible {
    var description: String
}
