import EngineTestKit

extension SeededGenerator {
    /// Bytes of every kind that a text in JSON may be made of, good ones and bad ones.
    mutating func text(_ length: Int) -> [UInt8] {
        var text: [UInt8] = []
        // Some texts are nearly plain, others are nothing but escapes.
        let plainest = Int.random(in: 0...90, using: &self)
        while text.count < length {
            switch Int.random(in: 0..<8, using: &self) {
            case 0: text += [UInt8](repeating: UInt8(ascii: "\\"), count: Int.random(in: 1...4, using: &self))
            case 1: text.append(UInt8.random(in: 0..<0x20, using: &self))
            case 2: text += Array((["é", "€", "🙂", "\u{7FF}", "\u{FFFF}"].randomElement(using: &self) ?? "").utf8)
            case 3: text.append(UInt8.random(in: 0x80...0xFF, using: &self))
            case 4: text += Array((Self.escapes.randomElement(using: &self) ?? "").utf8)
            case 5 where Int.random(in: 0..<4, using: &self) == 0: text.append(UInt8(ascii: "\""))
            default:
                for _ in 0..<Int.random(in: 0...plainest, using: &self) {
                    text.append(UInt8.random(in: UInt8(ascii: "#")..<UInt8(ascii: "\\"), using: &self))
                }
            }
        }
        return Array(text.prefix(length))
    }

    private static let escapes = [
        #"\""#, #"\\"#, #"\/"#, #"\b"#, #"\f"#, #"\n"#, #"\r"#, #"\t"#, #"\u0041"#, #"\u00e9"#, #"\u20AC"#,
        #"\ud83d\uDE42"#, #"\ud83d"#, #"\ude42"#, #"\u12"#, #"\u00g0"#, #"\x"#,
    ]
}
