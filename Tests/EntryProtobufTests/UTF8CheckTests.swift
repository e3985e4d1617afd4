import EngineTestKit
import EntryProtobuf
import Testing

@Suite struct UTF8CheckTests {
    @Test func utf8IsCheckedAsTheStandardLibraryDoes() {
        var random = SeededGenerator(seed: 5)
        for round in 0..<20_000 {
            // Long ones are looked at in another way.
            let least = round.isMultiple(of: 4) ? 490 : 0
            let count = Int.random(in: least...least + 40, using: &random)
            var bytes = Array("aé✓𝄞".utf8) + Array(repeating: 0x61, count: count)
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                bytes[index] = UInt8.random(in: 0x70...255, using: &random)
            }
            bytes.rotate(by: Int.random(in: 0..<bytes.count, using: &random))
            #expect(
                UTF8Check.isValid(bytes.span.bytes) == (String(validating: bytes, as: UTF8.self) != nil), "\(bytes)")
        }
    }
}

extension [UInt8] {
    fileprivate mutating func rotate(by count: Int) {
        self = Array(self[count...] + self[..<count])
    }
}
