import BenchmarkResults
import Broker
import Histogram
import Synchronization
import Testing

@testable import BenchmarkKit

/// Cells that are measured in slices, by turns.
@Suite("Slices")
struct SliceTests {
    @Test("one cell is at work at a time, and each as often as the others until it leaves")
    func turns() async {
        let turns = SliceTurns(of: [3, 4, 5], seed: 1)
        let (order, sink) = AsyncStream.makeStream(of: Int.self)
        let working = Working()
        await withTaskGroup { group in
            for (member, count) in [(3, 10), (4, 10), (5, 4)] {
                group.addTask {
                    for _ in 0..<count {
                        await turns.turn(of: member)
                        #expect(working.change(by: 1) == 1)
                        sink.yield(member)
                        await Task.yield()
                        _ = working.change(by: -1)
                        await turns.pass(member)
                    }
                    await turns.leave(member)
                    await turns.allHaveLeft()
                }
            }
        }
        sink.finish()
        let taken = await order.reduce(into: []) { $0.append($1) }
        #expect(taken.count == 24)
        let rounds = (0..<4).map { Array(taken[$0 * 3..<$0 * 3 + 3]) }
        #expect(rounds.allSatisfy { $0.sorted() == [3, 4, 5] })
        #expect(Set(rounds).count > 1)
        #expect((4..<10).allSatisfy { Set(taken[$0 * 2 + 4..<$0 * 2 + 6]) == [3, 4] })
    }

    @Test("who leaves before its turn, or in the middle of it, lets the others go on")
    func leaving() async {
        let turns = SliceTurns(of: [1, 2], seed: 1)
        async let first: Void = turns.turn(of: 1)
        async let second: Void = turns.turn(of: 2)
        await turns.leave(1)
        await turns.leave(2)
        _ = await (first, second)
        await turns.allHaveLeft()
        await turns.turn(of: 1)
    }

    @Test("a member's own turns last, and not those of the others")
    func taken() async throws {
        let turns = SliceTurns(of: [1, 2], seed: 1)
        let (first, second) = await turns.taken(by: 1) > .zero ? (1, 2) : (2, 1)
        try await Task.sleep(for: .milliseconds(2))
        #expect(await turns.taken(by: first) >= .milliseconds(2))
        #expect(await turns.taken(by: second) == .zero)
        await turns.pass(first)
        let taken = await turns.taken(by: first)
        try await Task.sleep(for: .milliseconds(2))
        #expect(await turns.taken(by: first) == taken)
        #expect(await turns.taken(by: second) >= .milliseconds(2))
    }

    @Test("what is sent before a slice counts, and what is answered there, are no part of its rate and latencies")
    func window() {
        var phase = Self.phase
        phase.keepsSamples = true
        let recorder = LoadRecorder(of: phase, start: 500)
        for (start, isLate) in [(500, false), (10_000, true)] as [(UInt64, Bool)] {
            recorder.beginSlice(at: start, isLate: isLate)
            // Answered before it counts; sent before, and answered behind; both behind; and answered when it is over.
            for (sent, answered) in [(100, 400), (400, 600), (700, 900), (1300, 1600)] as [(UInt64, UInt64)] {
                recorder.sending(at: start - 500 + sent)
                recorder.acknowledged(sent: start - 500 + sent, now: start - 500 + answered)
            }
        }
        let result = recorder.finish()
        #expect(result.sent == 8 && result.acked == 8)
        #expect(result.latency.totalCount == 4 && result.latency.max < 310)
        #expect(result.samples.map(\.sent) == [700, 1300, 10_200, 10_800])
        #expect(result.ackedInFirstHalf == 2 && result.ackedInSecondHalf == 2)
        #expect(result.throughput(of: .closed, lasting: 2e-6) == 2e6)
    }

    @Test(
        "entries that all take the same time are counted at their rate, up to half a slice",
        arguments: [300, 2200, 4000, 5000] as [UInt64])
    func leads(_ latency: UInt64) {
        var phase = Self.phase
        phase.duration = 10_000
        var leads = SliceLeads(of: phase)
        let counts = (0..<2000).map { _ in
            let lead = leads.next()
            #expect((2500...5000).contains(lead))
            return (lead + phase.duration - 1) / latency - (lead - 1) / latency
        }
        let mean = Double(counts.reduce(0, +)) / Double(counts.count)
        #expect(abs(mean * Double(latency) / Double(phase.duration) - 1) < 0.06, "\(mean)")
    }

    @Test("a rate in slices is of what was answered within them, and there is none where nothing was, or one failed")
    func rates() {
        var result = LoadResult(start: 0, isOpen: false)
        (result.end, result.sent, result.acked, result.isInSlices) = (1_000_000_000, 10, 10, true)
        #expect(result.throughput(of: .closed, lasting: 0.2) == nil)
        (result.ackedInFirstHalf, result.ackedInSecondHalf) = (4, 4)
        #expect(result.throughput(of: .closed, lasting: 0.2) == 40)
        result.unknown = 1
        #expect(result.throughput(of: .closed, lasting: 0.2) == nil)
    }

    private static let phase = LoadPhase(
        run: "slices", inFlight: 1, load: .closed, payloads: PayloadPool(byteCount: 1, seed: 1), duration: 1000,
        wallClockOffset: 0)

    @Test("a cell has as many slices in either half, of about the width that is asked for")
    func counts() {
        var suite = BenchmarkResults.Suite(
            name: "s", transports: ["a"], payloadBytes: [100], inFlight: [1], rounds: 1, duration: 0.2, warmup: 0,
            seed: 1)
        #expect(suite.slices == nil)
        suite.sliceMs = 0
        #expect(suite.slices == nil)
        for (width, count) in [(10.0, 20), (200, 2), (67, 2), (60, 4), (11, 18)] {
            suite.sliceMs = width
            #expect(suite.slices == count)
        }
    }
}

/// How many are at work.
private final class Working: Sendable {
    private let count = Mutex(0)

    func change(by difference: Int) -> Int {
        count.withLock { count in
            count += difference
            return count
        }
    }
}
