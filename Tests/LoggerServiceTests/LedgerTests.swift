import Metrics
import Broker
import Dispatch
import EngineTestKit
import Testing

@testable import LoggerService

@Suite struct LedgerTests {
    private func counts(_ ledger: Ledger, _ run: String) -> [UInt64]? {
        ledger.report(run: run).map { [$0.received, $0.unique, $0.duplicated, $0.reordered, $0.corrupt ?? .max] }
    }

    /// Sequence numbers as they arrive; what is counted as received, unique, duplicated, reordered, corrupt.
    @Test(
        arguments: [
            ([0, 1, 2, 3], [4, 4, 0, 0, 0]), ([3, 2, 1, 0], [4, 4, 0, 3, 0]), ([0, 2, 1, 3], [4, 4, 0, 1, 0]),
            ([5, 5, 5], [3, 1, 2, 0, 0]), ([0, 1, 0, 1], [4, 2, 2, 0, 0]), ([7], [1, 1, 0, 0, 0]),
            ([.max, 0, .max], [3, 2, 1, 1, 0]), ([1, 3, 2, 2, 5, 4], [6, 5, 1, 2, 0]),
        ] as [([UInt64], [UInt64])])
    func counting(sequences: [UInt64], expected: [UInt64]) {
        let ledger = Ledger(storeBytes: 1_000)
        let recorder = ledger.recorder(for: "tcp")
        for sequence in sequences { recorder.record(run: "r", sequence) }
        #expect(counts(ledger, "r") == expected)
    }

    /// A shuffled stream with entries lost, doubled and changed, counted exactly.
    @Test func damagedStream() throws {
        var random = SeededGenerator(seed: 3)
        let ledger = Ledger(storeBytes: 100_000)
        #expect(ledger.announce(run: "r", isSealed: true))
        let recorders = [ledger.recorder(for: "tcp"), ledger.recorder(for: "http")]
        var stream: [(sequence: UInt64, isChanged: Bool)] = []
        for sequence in 0..<3_000 as Range<UInt64> {
            let copies = [0, 1, 1, 1, 1, 1, 2, 3].randomElement(using: &random) ?? 1
            for _ in 0..<copies { stream.append((sequence, Int.random(in: 0..<20, using: &random) == 0)) }
        }
        stream.shuffle(using: &random)
        var (seen, highest, reordered, duplicated) = (Set<UInt64>(), UInt64?.none, UInt64(0), UInt64(0))
        for (sequence, isChanged) in stream {
            var text = PayloadSeal.seal("text \(sequence)")
            if isChanged { text.append("!") }
            (recorders.randomElement(using: &random) ?? recorders[0]).record(run: "r", sequence, data: text, sentAt: 1)
            if !seen.insert(sequence).inserted {
                duplicated += 1
            } else if let top = highest, sequence < top {
                reordered += 1
            } else {
                highest = sequence
            }
        }
        let changed = UInt64(stream.count { $0.isChanged })
        #expect(counts(ledger, "r") == [UInt64(stream.count), UInt64(seen.count), duplicated, reordered, changed])
        #expect(ledger.report(run: "r")?.deliveryLatency?.count == UInt64(stream.count))
        #expect(ledger.counts().reduce(0) { $0 + $1.received } == UInt64(stream.count))
    }

    @Test func latencies() throws {
        let ledger = Ledger(storeBytes: 1_000)
        let recorder = ledger.recorder(for: "tcp")
        recorder.record(run: "none", 0)
        #expect(ledger.report(run: "none")?.deliveryLatency == nil)
        // A clock that was set back, one that is far off, and extremes.
        for (sequence, sentAt) in [Int64.max, 1, .min, -1].enumerated() {
            recorder.record(run: "r", UInt64(sequence), sentAt: sentAt)
        }
        let latency = try #require(ledger.report(run: "r")?.deliveryLatency)
        #expect(latency.count == 4)
        #expect((59_000_000...61_000_000).contains(latency.maxUs))
        let report = try #require(ledger.report(run: "r"))
        let (first, last) = (try #require(report.firstReceivedAtNs), try #require(report.lastReceivedAtNs))
        #expect(first <= last && first > 1_704_067_200_000_000_000)
    }

    /// A sender elsewhere whose clock is a minute behind, or ahead, is told apart from what delivery took.
    @Test(arguments: [60_000_000_000, -60_000_000_000] as [Int64])
    func otherClocks(ahead: Int64) throws {
        let ledger = Ledger(storeBytes: 1_000, clockAhead: ahead)
        #expect(abs(ledger.wallTime - MonotonicClock.wallTime - ahead) < 30_000_000_000)
        let recorder = ledger.recorder(for: "tcp")
        #expect(ledger.announce(run: "told", isSealed: false, clockAhead: ahead))
        for run in ["told", "untold"] { recorder.record(run: run, 0, sentAt: MonotonicClock.wallTime) }
        let told = try #require(ledger.report(run: "told"))
        #expect(told.clockAheadNs == ahead && (told.deliveryLatency?.maxUs ?? .infinity) < 30_000_000)
        // What is recorded is what this clock says.
        #expect(abs((told.lastReceivedAtNs ?? 0) - ledger.wallTime) < 30_000_000_000)
        let untold = try #require(ledger.report(run: "untold"))
        #expect(untold.clockAheadNs == nil)
        #expect(ahead < 0 ? untold.deliveryLatency?.maxUs == 0 : (untold.deliveryLatency?.maxUs ?? 0) > 30_000_000)
    }

    @Test func entriesWithoutARun() {
        let ledger = Ledger(storeBytes: 1_000)
        let recorder = ledger.recorder(for: "tcp")
        #expect(recorder.record(LogEntry(name: "a", data: "b")) == .recorded)
        recorder.countUndecodable()
        #expect(ledger.report(run: "") == nil)
        #expect(ledger.counts().map(\.received) == [1] && ledger.counts().map(\.undecodable) == [1])
        #expect(
            ledger.loops[0].withRing { ring, sources in ring.latest(5).map { sources[Int($0.source)].transport } } == [
                "tcp"
            ])
    }

    @Test func runIDs() {
        let ledger = Ledger(storeBytes: 1_000)
        let recorder = ledger.recorder(for: "tcp")
        let (longest, tooLong) = (String(repeating: "r", count: 128), String(repeating: "r", count: 129))
        #expect(recorder.record(run: longest, 0) == .recorded)
        #expect(recorder.record(run: tooLong, 0) == .rejected("the run id exceeds the limit of 128 bytes"))
        #expect(counts(ledger, longest) == [1, 1, 0, 0, 0] && counts(ledger, tooLong) == nil)
        #expect(ledger.counts().map(\.undecodable) == [1])
        for (run, isNew) in [("x", true), ("x", false), ("", false), (longest, false), (tooLong, false), ("é", true)] {
            #expect(ledger.announce(run: run, isSealed: false) == isNew, "\(run)")
        }
        #expect(counts(ledger, "x") == [0, 0, 0, 0, 0])
    }

    /// The seal is checked only where it was announced.
    @Test func seals() {
        let ledger = Ledger(storeBytes: 1_000)
        let recorder = ledger.recorder(for: "tcp")
        #expect(ledger.announce(run: "open", isSealed: false) && ledger.announce(run: "sealed", isSealed: true))
        for run in ["open", "sealed", "unannounced"] {
            recorder.record(run: run, 0, data: PayloadSeal.seal("x"))
            recorder.record(run: run, 1, data: "no seal")
        }
        #expect(["open", "sealed", "unannounced"].map { ledger.report(run: $0)?.corrupt } == [0, 1, 0])
    }

    /// The oldest runs are forgotten for new ones; what comes for a forgotten run begins a new account.
    @Test func eviction() {
        let ledger = Ledger(storeBytes: 1_000)
        let recorder = ledger.recorder(for: "tcp")
        recorder.record(run: "first", 0)
        for number in 1..<256 { #expect(ledger.announce(run: "\(number)", isSealed: false)) }
        #expect(counts(ledger, "first") == [1, 1, 0, 0, 0])
        #expect(ledger.announce(run: "256", isSealed: false))
        #expect(counts(ledger, "first") == nil && counts(ledger, "1") != nil)
        recorder.record(run: "first", 0)
        #expect(counts(ledger, "first") == [1, 1, 0, 0, 0])
        #expect(counts(ledger, "1") == nil && counts(ledger, "2") != nil && counts(ledger, "256") != nil)
    }

    /// However many runs nobody announced, those that were announced keep their account.
    @Test func announcedRunsStay() {
        let ledger = Ledger(storeBytes: 1_000)
        let recorder = ledger.recorder(for: "tcp")
        #expect(ledger.announce(run: "announced", isSealed: false))
        recorder.record(run: "announced", 0)
        for number in 0..<1_000 { recorder.record(run: "flood \(number)", 0) }
        #expect(counts(ledger, "announced") == [1, 1, 0, 0, 0])
        #expect(counts(ledger, "flood 0") == nil && counts(ledger, "flood 999") != nil)
    }

    /// Numbers far apart use the memory up.
    ///
    /// Runs that were not announced get a half of it together, a sixteenth each, and what was announced gets the rest. All
    /// entries are recorded, and what was not held against the others is told.
    @Test func memoryOfRuns() throws {
        let pages = 320
        let ledger = Ledger(storeBytes: 1_000, runBytes: pages * SequencePages.pageBytes)
        let recorder = ledger.recorder(for: "tcp")
        func send(_ run: String, _ count: Int) {
            for number in 0..<count {
                #expect(recorder.record(run: run, UInt64(number) * 1_000_000) == .recorded)
            }
        }
        for number in 0..<20 { send("\(number)", 50) }
        for number in 0..<8 {
            let report = try #require(ledger.report(run: "\(number)"))
            #expect(report.received == 50 && report.unique == 20 && report.untracked == 30)
        }
        let late = try #require(ledger.report(run: "19"))
        #expect(late.received == 50 && late.unique == 0 && late.untracked == 50 && late.corrupt == 0)
        #expect(ledger.announce(run: "announced", isSealed: false))
        send("announced", 150)
        #expect(ledger.report(run: "announced")?.unique == 150)
        #expect(ledger.report(run: "announced")?.untracked == nil)
        var use = ledger.use()
        #expect(
            use.usedBytes == (160 + 150) * SequencePages.pageBytes && use.limitBytes == pages * SequencePages.pageBytes)
        #expect(use.runs == 21 && use.untracked == 8 * 30 + 12 * 50)
        // A run that is forgotten gives its memory back.
        for number in 0..<256 { #expect(ledger.announce(run: "new \(number)", isSealed: false)) }
        use = ledger.use()
        #expect(use.usedBytes == 0 && use.untracked == 8 * 30 + 12 * 50)
    }

    /// Large entries from several threads at once, more than the memory holds, each of them whole.
    @Test func largeEntriesAtOnce() throws {
        let ledger = Ledger(storeBytes: 1024 * 1024)
        let recorder = ledger.recorder(for: "tcp")
        DispatchQueue.concurrentPerform(iterations: 4) { thread in
            for number in 0..<50 {
                let size = number % 3 == 0 ? 10 : 64 * 1024 + 1000 * number
                let letter = String(UnicodeScalar(UInt8(0x61 + thread)))
                let result = recorder.record(
                    run: "r", UInt64(thread * 50 + number), data: String(repeating: letter, count: size))
                #expect(result == .recorded)
            }
        }
        let report = try #require(ledger.report(run: "r"))
        #expect(report.received == 200 && report.unique == 200)
        ledger.loops[0].withRing { ring, _ in
            let latest = ring.latest(.max)
            #expect(latest.count > 5)
            for stored in latest { #expect(Set(stored.entry.data.utf8).count == 1) }
        }
    }
}
