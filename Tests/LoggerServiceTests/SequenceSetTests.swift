import EngineTestKit
import Testing

@testable import LoggerService

@Suite struct SequenceSetTests {
    @Test func agreesWithASet() {
        var random = SeededGenerator(seed: 1)
        var (set, model) = (SequenceSet(), Set<UInt64>())
        // Around the borders of words and pages, near and far, many of them twice.
        for _ in 0..<20_000 {
            let pages: [UInt64] = [0, 1, 2, 1_000_000, .max / 65_536]
            let offsets: [UInt64] = [0, 63, 64, 65_535, UInt64.random(in: 0...65_535, using: &random)]
            let page = pages.randomElement(using: &random) ?? 0
            let offset = offsets.randomElement(using: &random) ?? 0
            let number = page * 65_536 + offset
            #expect(set.insert(number) == (model.insert(number).inserted ? .inserted : .wasThere))
        }
    }

    @Test func extremes() {
        var set = SequenceSet()
        for number in [0, .max, 65_535, 65_536] as [UInt64] {
            #expect(set.insert(number) == .inserted)
            #expect(set.insert(number) == .wasThere)
        }
    }

    /// One number in each page uses up the pages; the numbers in those that are there go on to be told apart.
    @Test func limit() {
        var set = SequenceSet()
        for page in 0..<4_096 as Range<UInt64> { #expect(set.insert(page * 65_536) == .inserted) }
        #expect(set.insert(4_096 * 65_536) == .beyondLimit)
        #expect(set.insert(.max) == .beyondLimit)
        #expect(set.insert(4_095 * 65_536) == .wasThere)
        #expect(set.insert(4_095 * 65_536 + 1) == .inserted)
        #expect(set.insert(.max) == .beyondLimit)
    }
}
