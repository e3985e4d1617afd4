import Gob

/// A piece of work on a codec that is measured: the same in time (`Codecs`) and in instructions (`CodecInstructions`).
public struct CodecWork: Sendable {
    /// Codec, value and direction: `gob small encode`.
    public var name: String
    /// Does the work so many times, on a stream whose types are known.
    public var run: @Sendable (_ times: Int) -> Void

    /// Every piece of work.
    public static let all: [CodecWork] =
        work("gob small", Entry<String>.small) + work("gob nested", Order.example)
        + work("gob 1 MiB", Entry<String>.large) + entryBodies
        + [
            CodecWork(name: "gob small decode in place", run: decodeInPlace(Entry<String>.small)),
            CodecWork(name: "gob 1 MiB decode in place", run: decodeInPlace(Entry<String>.large)),
        ]

    private static func work<Value: GobField & Sendable>(_ name: String, _ value: Value) -> [CodecWork] {
        [
            CodecWork(name: "\(name) encode") { times in
                var encoder = GobEncoder()
                for _ in 0..<times {
                    check { () throws(GobError) in try encoder.encode(value) }
                    encoder.removeAll()
                }
            },
            CodecWork(name: "\(name) decode") { times in
                let (first, next) = stream(value)
                var decoder = GobDecoder()
                var decoded = Value.gobZero
                for number in 0..<times {
                    let message = number == 0 ? first : next
                    check { () throws(GobError) in _ = try decoder.decode(into: &decoded, from: message.span.bytes) }
                }
            },
        ]
    }

    /// Decoding that leaves the texts where they lie, as the logger does.
    private static func decodeInPlace(_ entry: Entry<String>) -> @Sendable (Int) -> Void {
        { times in
            let (first, next) = stream(entry)
            var decoder = GobDecoder()
            var decoded = Entry<GobText>()
            for number in 0..<times {
                let message = number == 0 ? first : next
                check { () throws(GobError) in _ = try decoder.decode(into: &decoded, from: message.span.bytes) }
            }
        }
    }

    /// The first message of a stream, with the definitions of types, and a further one.
    private static func stream<Value: GobField>(_ value: Value) -> (first: [UInt8], next: [UInt8]) {
        var encoder = GobEncoder()
        check { () throws(GobError) in try encoder.encode(value) }
        let first = encoder.withUnsafeBytes { Array($0) }
        encoder.removeAll()
        check { () throws(GobError) in try encoder.encode(value) }
        return (first, encoder.withUnsafeBytes { Array($0) })
    }

    private static func check(_ work: () throws(GobError) -> Void) {
        do throws(GobError) {
            try work()
        } catch {
            fatalError("the codec fails on its own value: \(error)")
        }
    }
}
