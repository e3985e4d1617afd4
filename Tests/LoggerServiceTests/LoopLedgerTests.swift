import Metrics
import Broker
import Dispatch
import EngineTestKit
import EntryStore
import Testing

@testable import LoggerService

/// A ledger to which several event loops bring entries: one account, whatever loop brought what.
@Suite struct LoopLedgerTests {
    private func counts(_ ledger: Ledger, _ run: String) -> [UInt64]? {
        ledger.report(run: run).map { [$0.received, $0.unique, $0.duplicated, $0.reordered, $0.corrupt ?? .max] }
    }

    private func recorders(_ ledger: Ledger, _ count: Int = 4) -> [any EntryRecorder] {
        let recorder = ledger.recorder(for: "tcp")
        return (0..<count).map { recorder.recorder(forLoop: $0) }
    }

    /// Numbers as they arrive, with the loop; what is counted as received, unique, duplicated, reordered, corrupt.
    @Test(
        arguments: [
            ([(0, 0), (1, 1), (2, 2), (3, 3)], [4, 4, 0, 0, 0]), ([(0, 3), (1, 2), (2, 1), (3, 0)], [4, 4, 0, 3, 0]),
            ([(0, 5), (1, 5), (2, 5)], [3, 1, 2, 0, 0]), ([(0, 3), (0, 5), (1, 3)], [3, 2, 1, 0, 0]),
            ([(0, .max), (1, 0), (2, .max)], [3, 2, 1, 1, 0]), ([(0, 7)], [1, 1, 0, 0, 0]),
            ([(3, 1), (0, 3), (1, 2), (2, 2), (0, 5), (1, 4)], [6, 5, 1, 2, 0]),
            ([(0, 9), (1, 1_000_000), (1, 8), (0, 1_000_000)], [4, 3, 1, 1, 0]),
        ] as [([(Int, UInt64)], [UInt64])])
    func counting(arrivals: [(Int, UInt64)], expected: [UInt64]) {
        let ledger = Ledger(storeBytes: 10_000, loops: 4)
        let recorders = recorders(ledger)
        for (loop, sequence) in arrivals { recorders[loop].record(run: "r", sequence) }
        #expect(counts(ledger, "r") == expected)
    }

    /// A shuffled stream with entries lost, doubled and changed is accounted for by four loops as by one.
    @Test func asOneLoop() throws {
        var random = SeededGenerator(seed: 5)
        let (one, four) = (Ledger(storeBytes: 100_000), Ledger(storeBytes: 400_000, loops: 4))
        for ledger in [one, four] { #expect(ledger.announce(run: "r", isSealed: true)) }
        let (single, several) = (one.recorder(for: "tcp"), recorders(four))
        for _ in 0..<10_000 {
            var text = PayloadSeal.seal("text")
            if Int.random(in: 0..<20, using: &random) == 0 { text.append("!") }
            let sequence = UInt64.random(in: 0..<8_000, using: &random) * 3
            single.record(run: "r", sequence, data: text, sentAt: 1)
            several[Int.random(in: 0..<4, using: &random)].record(run: "r", sequence, data: text, sentAt: 1)
        }
        #expect(counts(one, "r") == counts(four, "r"))
        #expect(four.report(run: "r")?.deliveryLatency?.count == 10_000)
        #expect(four.counts().map(\.received) == [10_000])
        let report = try #require(four.report(run: "r"))
        #expect(try #require(report.firstReceivedAtNs) < #require(report.lastReceivedAtNs))
    }

    /// Percentiles of what one loop has brought are not those of the run.
    @Test func timesThatNotAllLoopsCouldKeep() throws {
        let ledger = Ledger(storeBytes: 10_000, runBytes: 200 * 1024, loops: 2)
        #expect(ledger.announce(run: "r", isSealed: false))
        let recorders = recorders(ledger, 2)
        recorders[0].record(run: "r", 1, sentAt: 1)
        #expect(ledger.report(run: "r")?.deliveryLatency?.count == 1)
        recorders[1].record(run: "r", 2, sentAt: 1)
        let report = try #require(ledger.report(run: "r"))
        #expect(report.unique == 2 && report.untracked == nil && report.deliveryLatency == nil)
    }

    /// Loops that bring the same numbers at the same time: each number is new once.
    @Test func atOnce() throws {
        let ledger = Ledger(storeBytes: 100_000, loops: 4)
        let recorders = recorders(ledger)
        DispatchQueue.concurrentPerform(iterations: 4) { loop in
            for sequence in 0..<5_000 as Range<UInt64> {
                recorders[loop].record(run: "r", sequence, sentAt: 1)
                recorders[loop].record(run: "run \(sequence / 1_000)", sequence)
            }
        }
        let report = try #require(ledger.report(run: "r"))
        #expect(report.received == 20_000 && report.unique == 5_000 && report.duplicated == 15_000)
        for number in 0..<5 { #expect(ledger.report(run: "run \(number)")?.unique == 1_000) }
        #expect(ledger.counts().map(\.received) == [40_000])
    }

    /// A run that is forgotten is forgotten by all loops, and its memory is free.
    @Test func forgotten() {
        let ledger = Ledger(storeBytes: 1_000, loops: 4)
        let recorders = recorders(ledger)
        for recorder in recorders { recorder.record(run: "first", 0, sentAt: 1) }
        #expect(ledger.use().usedBytes > 0)
        for number in 0..<256 { #expect(ledger.announce(run: "\(number)", isSealed: false)) }
        #expect(counts(ledger, "first") == nil && ledger.use().usedBytes == 0)
        recorders[2].record(run: "first", 0)
        #expect(counts(ledger, "first") == [1, 1, 0, 0, 0])
    }

    /// The memory for accounts is one for all loops: a run that was not announced has a sixteenth of it, however many bring it.
    @Test func memory() throws {
        let ledger = Ledger(storeBytes: 1_000, runBytes: 160 * 2 * SequencePages.pageBytes, loops: 4)
        let recorders = recorders(ledger)
        for number in 0..<100 { recorders[number % 4].record(run: "r", UInt64(number) * 1_000_000) }
        let report = try #require(ledger.report(run: "r"))
        let kept = report.unique
        #expect((10...20).contains(kept) && report.untracked == 100 - kept && report.received == 100)
        #expect(ledger.use().untracked == 100 - kept)
        // What is kept is known to every loop.
        for recorder in recorders { recorder.record(run: "r", 0) }
        #expect(ledger.report(run: "r")?.duplicated == 4)
    }

    /// What is refused, undecodable or known to have come is counted, whatever loop it came to.
    @Test func otherCounts() {
        let ledger = Ledger(storeBytes: 1_000, loops: 2)
        let (tcp, http) = (ledger.recorder(for: "tcp"), ledger.recorder(for: "http"))
        for loop in 0..<2 {
            tcp.recorder(forLoop: loop).countUndecodable()
            tcp.recorder(forLoop: loop).record(run: String(repeating: "r", count: 129), 0)
            http.recorder(forLoop: loop).countRepeated(ReceivedEntry(name: RawSpan(), data: RawSpan()))
        }
        #expect(ledger.counts().map(\.transport) == ["tcp", "http"])
        #expect(ledger.counts().map(\.undecodable) == [4, 0] && ledger.counts().map(\.repeated) == [0, 2])
    }
}
