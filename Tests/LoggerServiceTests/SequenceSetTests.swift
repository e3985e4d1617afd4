import Dispatch
import EngineTestKit
import Synchronization
import Testing

@testable import LoggerService

@Suite struct SequenceSetTests {
    @Test func agreesWithASet() {
        var random = SeededGenerator(seed: 1)
        var (set, model) = (SequenceSet(of: SequencePages { _ in true }), Set<UInt64>())
        // Around the borders of words and pages, near and far, many of them twice.
        for _ in 0..<20_000 {
            let pages: [UInt64] = [0, 1, 2, 1_000_000, .max / 4096]
            let offsets: [UInt64] = [0, 63, 64, 4095, UInt64.random(in: 0...4095, using: &random)]
            let page = pages.randomElement(using: &random) ?? 0
            let offset = offsets.randomElement(using: &random) ?? 0
            let number = page * 4096 + offset
            #expect(set.insert(number) == (model.insert(number).inserted ? .inserted : .wasThere))
        }
    }

    @Test func extremes() {
        var set = SequenceSet(of: SequencePages { _ in true })
        for number in [0, .max, 4095, 4096] as [UInt64] {
            #expect(set.insert(number) == .inserted)
            #expect(set.insert(number) == .wasThere)
        }
    }

    /// Where there is no memory for further pages, the numbers in those that are there go on to be told apart.
    @Test func memory() {
        let left = Mutex(10 * SequencePages.pageBytes)
        let pages = SequencePages { bytes in
            left.withLock { left in
                guard left >= bytes else { return false }
                left -= bytes
                return true
            }
        }
        var set = SequenceSet(of: pages)
        for page in 0..<10 as Range<UInt64> { #expect(set.insert(page * 4096) == .inserted) }
        #expect(set.insert(10 * 4096) == .beyondMemory)
        #expect(set.insert(.max) == .beyondMemory)
        #expect(set.insert(9 * 4096) == .wasThere)
        #expect(set.insert(9 * 4096 + 1) == .inserted)
        #expect(set.insert(.max) == .beyondMemory)
    }

    /// Of several loops that bring the same numbers at once, one is the first with each.
    @Test func severalLoops() {
        let pages = SequencePages(loops: 4) { _ in true }
        let first = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            var set = SequenceSet(of: pages)
            for number in 0..<10_000 as Range<UInt64> where set.insert(number) == .inserted {
                first.wrappingAdd(1, ordering: .relaxed)
            }
        }
        #expect(first.load(ordering: .relaxed) == 10_000)
    }
}
