import CText
import EngineTestKit
import Testing

/// UTF-8 (The Unicode Standard, table 3-7), by every implementation that there is.
@Suite struct UTF8Tests {
    /// One of each kind that is none.
    private static let bad: [[UInt8]] = [
        [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xC2, 0xC2, 0x80], [0xDF], [0xDF, 0xC0],
        [0xE0, 0x9F, 0xBF], [0xE0, 0x80, 0x80], [0xE0, 0xA0], [0xE1, 0x80], [0xE1, 0x80, 0x41], [0xE1, 0x41, 0x80],
        [0xEC], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xEF, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF],
        [0xF0, 0x80, 0x80, 0x80],
        [0xF0, 0x9F, 0x99], [0xF0, 0x9F], [0xF0], [0xF1, 0x80, 0x80, 0x41], [0xF1, 0x80, 0x41, 0x80],
        [0xF4, 0x90, 0x80, 0x80], [0xF4, 0x8F, 0xBF], [0xF5, 0x80, 0x80, 0x80], [0xF7, 0xBF, 0xBF, 0xBF], [0xF8],
        [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFC], [0xFE], [0xFF], [0xC3, 0xA9, 0xA9], [0xE2, 0x82, 0xAC, 0x80],
        [0xF0, 0x9F, 0x99, 0x82, 0x80],
    ]
    private static let good: [[UInt8]] = [
        "\u{80}", "\u{7FF}", "\u{800}", "\u{FFF}", "\u{1000}", "\u{CFFF}", "\u{D000}", "\u{D7FF}", "\u{E000}",
        "\u{FFFF}", "\u{10000}", "\u{3FFFF}", "\u{40000}", "\u{FFFFF}", "\u{100000}", "\u{10FFFF}",
    ].map { Array($0.utf8) }

    /// What a text is filled with besides, so that blocks before and behind are ASCII, or are not.
    private static let fillings = ["x", "é", "€", "🙂"].map { Array($0.utf8) }

    /// Each of them at every place of two blocks, with and without something behind it.
    @Test(arguments: Implementation.all) func everyPlace(implementation: Implementation) throws {
        let memory = try GuardedMemory()
        for place in 0...136 {
            let filling = Self.fillings[place % Self.fillings.count]
            // As many whole characters as fit, then letters.
            let before = (0..<place / filling.count).flatMap { _ in filling }
            let begin = before + [UInt8](repeating: UInt8(ascii: "x"), count: place - before.count)
            for behind in [[], [UInt8](repeating: UInt8(ascii: "y"), count: 70), Self.fillings[3]] {
                for part in Self.bad {
                    #expect(!memory.withBytesAtEnd(begin + part + behind, implementation.isUTF8), "\(place): \(part)")
                }
                for part in Self.good {
                    let text = begin + part + behind
                    #expect(memory.withBytesAtEnd(text, implementation.isUTF8), "\(place): \(part)")
                    #expect(memory.withBytes(text, at: 0, implementation.isUTF8), "\(place): \(part)")
                }
            }
        }
    }

    /// Every two bytes that begin with one that is not ASCII, and what may follow, across the border of two blocks.
    @Test(arguments: Implementation.all) func everyTwoBytes(implementation: Implementation) throws {
        let memory = try GuardedMemory()
        var text = [UInt8](repeating: UInt8(ascii: "x"), count: 63) + [0, 0, 0x80, 0x80]
        for length in [2, 3, 4] {
            for two in UInt16(0x8000)...UInt16.max {
                (text[63], text[64]) = (UInt8(two >> 8), UInt8(two & 0xFF))
                let bytes = Array(text[..<(63 + length)])
                let isValid = String(validating: bytes[63...], as: UTF8.self) != nil
                if memory.withBytesAtEnd(bytes, implementation.isUTF8) != isValid {
                    Issue.record("\(bytes[63...]) \(isValid ? "are" : "are not") UTF-8")
                }
            }
        }
    }

    @Test(arguments: Implementation.all) func randomTexts(implementation: Implementation) throws {
        let memory = try GuardedMemory()
        var random = SeededGenerator(seed: 23)
        let characters = Self.good + Self.fillings + [[0x61], [0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68]]
        for _ in 0..<4_000 {
            var text = (0..<Int.random(in: 0...100, using: &random)).flatMap { _ in
                characters.randomElement(using: &random) ?? []
            }
            if Bool.random(using: &random) { text = random.damaged(text) }
            let isValid = String(validating: text, as: UTF8.self) != nil
            #expect(memory.withBytesAtEnd(text, implementation.isUTF8) == isValid, "\(text)")
        }
    }
}
