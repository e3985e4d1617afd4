import CText
import EngineTestKit
import Foundation
import Testing

/// Strings of JSON (RFC 8259, 7), by every implementation that there is.
@Suite struct JSONStringTests {
    /// Far enough for two blocks and what is behind them.
    private static let places = 0...200

    @Test func whatTheMachineHasIsUsed() throws {
        let names = Implementation.all.map(\.name)
        #if arch(x86_64)
            let processor = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
            let flags = processor.split(separator: "\n").first { $0.hasPrefix("flags") }?.split(separator: " ") ?? []
            let hasAVX2 = ["avx2", "bmi1", "popcnt"].allSatisfy { flags.contains($0[...]) }
            #expect(names == ["scalar", "SSE2"] + (hasAVX2 ? ["AVX2"] : []))
        #else
            #expect(names == ["scalar", "NEON"])
        #endif
        #expect(text_chosen_implementation()?.pointee.name == text_implementation_at(names.count - 1)?.pointee.name)
    }

    /// Everything that is one of a kind, at every place of a text whose other bytes are plain.
    @Test(arguments: Implementation.all) func everyPlace(implementation: Implementation) throws {
        let memory = try GuardedMemory()
        let parts: [(byte: UInt8, written: String)] = [
            (UInt8(ascii: "\""), #"\""#), (UInt8(ascii: "\\"), #"\\"#), (0x00, #"\u0000"#), (0x07, #"\u0007"#),
            (0x08, #"\b"#), (0x09, #"\t"#), (0x0A, #"\n"#), (0x0B, #"\u000b"#), (0x0C, #"\f"#), (0x0D, #"\r"#),
            (0x0E, #"\u000e"#), (0x1F, #"\u001f"#), (0x20, " "), (0x7F, "\u{7F}"),
        ]
        for part in parts {
            let isPlain = part.written.utf8.elementsEqual([part.byte])
            for place in Self.places {
                var text = [UInt8](repeating: UInt8(ascii: "x"), count: Self.places.count)
                text[place] = part.byte
                var wanted = text
                wanted.replaceSubrange(place...place, with: Array(part.written.utf8))
                memory.withBytesAtEnd(text) { bytes in
                    let plain = Implementation.Plain(end: isPlain ? text.count : place, isWide: false)
                    #expect(implementation.plain(bytes) == plain)
                    #expect(implementation.plain(bytes, from: place) == plain)
                    #expect(implementation.escapedLength(bytes) == wanted.count)
                    #expect(implementation.escaped(bytes, length: wanted.count) == wanted)
                }
                let closed = wanted + [UInt8(ascii: "\"")]
                let read = Implementation.Unescaped(bytes: text, end: wanted.count, why: JSON_CLOSED)
                memory.withBytesAtEnd(closed) { #expect(implementation.unescaped($0) == read) }
            }
        }
    }

    /// Reverse solidi behind one another belong together by twos, across the borders of blocks as well.
    @Test(arguments: Implementation.all) func runsOfReverseSolidi(implementation: Implementation) throws {
        let memory = try GuardedMemory()
        for place in Self.places {
            for count in 1...6 {
                let plain = [UInt8](repeating: UInt8(ascii: "x"), count: place)
                let run = [UInt8](repeating: UInt8(ascii: "\\"), count: count)
                for behind in [#""n"#, #"n""#, #"u0041""#, #"q""#, ""] {
                    let text = plain + run + Array(behind.utf8)
                    // An odd one takes what is behind it for itself.
                    let isClosed = count.isMultiple(of: 2) ? behind != "" : behind == #"n""# || behind == #"u0041""#
                    memory.withBytesAtEnd(text) { bytes in
                        let read = implementation.unescaped(bytes)
                        #expect(read == Implementation.scalar.unescaped(bytes))
                        #expect(read.bytes.starts(with: plain + run.prefix(count / 2)))
                        #expect((read.why == JSON_CLOSED) == isClosed)
                    }
                }
            }
        }
    }

    /// Whether something is not ASCII is told of what was read, and of nothing else.
    @Test(arguments: Implementation.all) func wideness(implementation: Implementation) throws {
        let memory = try GuardedMemory()
        for place in Self.places {
            let before = [UInt8](repeating: UInt8(ascii: "x"), count: place)
            let text = before + [0xC3, 0xA9, UInt8(ascii: "\""), 0xC3, 0xA9]
            memory.withBytesAtEnd(text) { bytes in
                #expect(implementation.plain(bytes) == .init(end: place + 2, isWide: true))
                #expect(implementation.plain(bytes, from: place + 2) == .init(end: place + 2, isWide: false))
                #expect(implementation.plain(bytes, from: place + 3) == .init(end: place + 5, isWide: true))
                #expect(implementation.unescaped(bytes).isWide)
                #expect(!implementation.unescaped(bytes, from: place + 2).isWide)
            }
            let escapes = before + Array(#"\u00e9\n""#.utf8) + [0xC3]
            let read = memory.withBytesAtEnd(escapes) { implementation.unescaped($0) }
            #expect(read.why == JSON_CLOSED && !read.isWide)
        }
    }

    /// Texts of every length, at every distance from a border of memory: all implementations make the same of them.
    @Test(arguments: Implementation.all) func randomTexts(implementation: Implementation) throws {
        let memory = try GuardedMemory()
        var random = SeededGenerator(seed: 22)
        let scalar = Implementation.scalar
        for length in 0...260 {
            for round in 0..<8 {
                let text = random.text(length)
                let start = Int.random(in: 0...length, using: &random)
                let compare = { (bytes: UnsafeRawBufferPointer) in
                    #expect(implementation.plain(bytes, from: start) == scalar.plain(bytes, from: start), "\(text)")
                    let escapedLength = scalar.escapedLength(bytes)
                    #expect(implementation.escapedLength(bytes) == escapedLength, "\(text)")
                    #expect(
                        implementation.escaped(bytes, length: escapedLength)
                            == scalar.escaped(bytes, length: escapedLength), "\(text)")
                    #expect(
                        implementation.unescaped(bytes, from: start) == scalar.unescaped(bytes, from: start), "\(text)")
                    #expect(implementation.isUTF8(bytes) == scalar.isUTF8(bytes), "\(text)")
                }
                memory.withBytesAtEnd(text, compare)
                memory.withBytes(text, at: (length + round * 8) % 64, compare)
                memory.withBytes(text, at: 0, compare)
            }
        }
    }
}
