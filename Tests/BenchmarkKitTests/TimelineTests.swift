import Broker
import Foundation
import Histogram
import Testing

@testable import BenchmarkKit
@testable import BenchmarkResults

/// What a load generator keeps of a phase over time, and what the lab makes of it.
@Suite("A load over time")
struct TimelineTests {
    private static let width: UInt64 = 10_000_000
    private let ledger = InMemoryLedger()

    @Test("latencies fall into steps of at most 1/64, which follow each other without a gap")
    func steps() {
        var last = -1
        var index = 0
        while last == -1 || LatencyCounts.longest(at: index - 1) < HistogramLog.highestLatency {
            let (first, longest) = (UInt64(last + 1), LatencyCounts.longest(at: index))
            #expect(LatencyCounts.index(of: first) == index && LatencyCounts.index(of: longest) == index)
            #expect(longest - first <= max(1, first / 64))
            last = Int(longest)
            index += 1
        }
    }

    @Test("percentiles are HdrHistogram's, to a step", arguments: [1, 7, 100, 1000, 20_000])
    func percentiles(count: Int) {
        var generator = SplitMix64(seed: UInt64(count))
        var histogram = Histogram<UInt32>(
            highestTrackableValue: HistogramLog.highestLatency, numberOfSignificantValueDigits: .three)
        var counts = LatencyCounts()
        for _ in 0..<count {
            let latency = UInt64(exp(Double.random(in: 0...24, using: &generator)))
            histogram.record(latency)
            counts.add(latency)
        }
        let steps = counts.take()
        #expect(steps.map { Int($0.count) }.reduce(0, +) == count && counts.take().isEmpty)
        // In two halves, as of two connections.
        let mixed = steps.enumerated().filter { $0.offset % 2 == 0 } + steps.enumerated().filter { $0.offset % 2 == 1 }
        for (percentile, value) in zip([1.0, 50, 99, 100], mixed.map(\.element).values(at: [1, 50, 99, 100])) {
            let expected = Double(histogram.valueAtPercentile(percentile))
            #expect(abs(Double(value) - expected) <= max(1, expected / 50), "\(percentile): \(value), \(expected)")
        }
        #expect([LatencyCounts.Step]().values(at: [50]) == [0])
    }

    @Test("what is recorded stands in the bin of its time, and nothing is left out")
    func bins() {
        let recorder = TimelineRecorder(start: 1000, width: 100, duration: 500)
        recorder.sending(at: 1000)
        recorder.acknowledged(after: 50, at: 1099)
        recorder.sending(at: 1100)
        // Nothing in the third bin; the fourth begins with a fate.
        recorder.failed(.unknown, at: 1300)
        recorder.sending(at: 1310)
        recorder.failed(.rejected, at: 1320)
        recorder.sending(at: 1330)
        recorder.failed(.notSent, at: 1340)
        recorder.sending(at: 1345)
        // One that was sent by a clock that was read before.
        recorder.sending(at: 1290)
        recorder.acknowledged(after: 40, at: 1385)
        recorder.acknowledged(after: 20, at: 1405)
        let timeline = recorder.finish(at: 1450)
        #expect(timeline.start == 1000 && timeline.width == 100 && timeline.pauses.isEmpty)
        #expect(timeline.bins.map(\.sent) == [1, 1, 0, 4, 0])
        #expect(timeline.bins.map(\.acked) == [1, 0, 0, 1, 1])
        #expect(timeline.bins.map(\.unknown) == [0, 0, 0, 1, 0])
        #expect(timeline.bins.map(\.rejected) == [0, 0, 0, 1, 0])
        #expect(timeline.bins.map(\.notSent) == [0, 0, 0, 1, 0])
        #expect(timeline.bins.map { $0.latencies.values(at: [50])[0] } == [50, 0, 0, 40, 20])
    }

    @Test(
        "the last bin ends with the phase, wherever that is", arguments: [(1299, 3), (1300, 3), (1301, 4), (1000, 0)])
    func end(at time: UInt64, bins: Int) {
        let recorder = TimelineRecorder(start: 1000, width: 100, duration: 300)
        #expect(recorder.finish(at: time).bins.count == bins)
    }

    @Test("what comes exactly at the end is in a bin of its own rather than in none")
    func atTheEnd() {
        let recorder = TimelineRecorder(start: 1000, width: 100, duration: 100)
        recorder.sending(at: 1000)
        recorder.acknowledged(after: 100, at: 1100)
        #expect(recorder.finish(at: 1100).bins.map(\.acked) == [0, 1])
    }

    @Test("there are as many bins as in an hour, and the last one has all that comes later")
    func bound() {
        let recorder = TimelineRecorder(start: 0, width: Self.width, duration: 3_600_000_000_000)
        let later = UInt64(SuiteRules.mostBins) * Self.width + 5
        for time in [0, later / 2, later, 3 * later, 4 * later] {
            recorder.sending(at: time)
            recorder.acknowledged(after: 5, at: time)
        }
        let timeline = recorder.finish(at: 5 * later)
        #expect(timeline.bins.count == SuiteRules.mostBins)
        #expect(timeline.bins.map(\.acked).reduce(0, +) == 5 && timeline.bins.last?.acked == 3)
    }

    @Test("a pause is 50 ms without an acknowledgement, for which an entry waited")
    func pauses() {
        let recorder = TimelineRecorder(start: 0, width: Self.width, duration: 1_000_000_000)
        func acknowledge(at milliseconds: UInt64, after latency: UInt64) {
            recorder.sending(at: (milliseconds - latency) * 1_000_000)
            recorder.acknowledged(after: latency * 1_000_000, at: milliseconds * 1_000_000)
        }
        acknowledge(at: 10, after: 10)
        // Nobody waited: the next entry was due later.
        acknowledge(at: 200, after: 1)
        // Long waits, though others are answered all the time.
        for time in stride(from: UInt64(210), through: 400, by: 10) { acknowledge(at: time, after: 100) }
        // It waited for 60 ms, as did the one behind it.
        acknowledge(at: 460, after: 65)
        acknowledge(at: 460, after: 65)
        // It was due 30 ms after the one before was answered.
        acknowledge(at: 540, after: 50)
        let timeline = recorder.finish(at: 600_000_000)
        let found = timeline.pauses.map { [$0.start / 1_000_000, $0.length / 1_000_000] }
        #expect(found == [[400, 60], [490, 50]])
        let byBin = timeline.pausesByBin
        #expect(byBin.map(\.count).reduce(0, +) == 2 && byBin[49].count == 1 && byBin[40].longest == 60_000_000)
    }

    @Test("connections have their bins together, and pauses where all of them stood still")
    func connections() {
        func timeline(_ pauses: [(UInt64, UInt64)], start: UInt64, acked: [UInt64]) -> LoadTimeline {
            LoadTimeline(
                start: start, width: Self.width,
                bins: acked.map { LoadTimeline.Bin(sent: $0, acked: $0, unknown: 1) },
                pauses: pauses.map { LoadTimeline.Pause(start: $0.0 * 1_000_000, end: $0.1 * 1_000_000) })
        }
        var sum = timeline([(0, 100), (200, 300), (400, 520)], start: 5, acked: [1, 2])
        sum.add(timeline([(60, 90), (240, 420), (430, 600)], start: 3, acked: [10, 20, 30]))
        #expect(sum.start == 3)
        #expect(sum.bins.map(\.acked) == [11, 22, 30] && sum.bins.map(\.unknown) == [2, 2, 1])
        #expect(sum.pauses.map { [$0.start / 1_000_000, $0.end / 1_000_000] } == [[240, 300], [430, 520]])
    }

    @Test(
        "the bins of a load have exactly what the load has", arguments: [LoadModel.closed, .open(ratePerSecond: 2000)],
        [1, 4])
    func sums(_ load: LoadModel, connections: Int) async throws {
        let phase = phase(inFlight: 4, milliseconds: 95, load)
        var results: [LoadResult] = []
        for index in 0..<connections {
            results.append(
                try await run(phase.shared(index, of: connections)) { _, sequence in
                    sequence % 100 == 41 ? .fail(TransportError(.rejected, "no")) : .deliver
                })
        }
        let whole = try #require(LoadResult.merging(results))
        let bins = try #require(whole.timeline).bins
        #expect(whole.acked > 0 && bins.count > 5)
        #expect(bins.map(\.sent).reduce(0, +) == whole.sent)
        #expect(bins.map(\.acked).reduce(0, +) == whole.acked)
        #expect(bins.map(\.rejected).reduce(0, +) == whole.rejected)
        #expect(bins.flatMap(\.latencies).reduce(0) { $0 + UInt64($1.count) } == whole.latency.totalCount)
    }

    @Test("an answer that comes late is a pause at its time, and a load that nobody asks has no bins")
    func planted() async throws {
        var phase = phase(inFlight: 1, milliseconds: 400, .closed)
        let result = try await run(phase) { _, sequence in sequence == 20 ? .delay(.milliseconds(150)) : .deliver }
        let timeline = try #require(result.timeline)
        let pause = try #require(timeline.pauses.max { $0.length < $1.length })
        #expect(pause.length >= 150_000_000)
        #expect(result.latency.maxRecorded >= pause.length)
        let line = GeneratorTimeline(timeline)
        #expect(line.longestPauseNs.max() == pause.length)
        // No bin within it has an answer.
        let (first, last) = ((pause.start - timeline.start) / Self.width, (pause.end - timeline.start) / Self.width)
        #expect(line.acked[Int(first + 1)..<Int(last)].allSatisfy { $0 == 0 })
        phase.binWidth = nil
        phase.run = "load-n"
        #expect(try await run(phase).timeline == nil)
    }

    @Test("a generator says it as lists that fit into a line, also of an hour")
    func line() throws {
        var timeline = GeneratorTimeline(
            LoadTimeline(start: 0, width: 100_000_000, bins: [], pauses: []))
        let count = SuiteRules.mostBins
        for path in [\GeneratorTimeline.sent, \.acked, \.notSent, \.unknown, \.rejected] {
            timeline[keyPath: path] = Array(repeating: 123_456, count: count)
        }
        for path in [\GeneratorTimeline.p50Ns, \.p99Ns, \.maxNs] {
            timeline[keyPath: path] = Array(repeating: 59_999_999_999, count: count)
        }
        timeline.pauses = Array(repeating: 2, count: count)
        timeline.longestPauseNs = Array(repeating: 59_999_999_999, count: count)
        let text = JSONLine.text(of: timeline)
        // A result has four histograms beside it.
        #expect(text.utf8.count < PartyProcess.longestLine - (1 << 19))
        #expect(JSONLine.value(GeneratorTimeline.self, of: text) == timeline)
    }

    @Test("percentiles are those of enough entries, and a bin without any has none")
    func known() {
        func bin(_ count: UInt32) -> LoadTimeline.Bin {
            LoadTimeline.Bin(
                acked: UInt64(count), latencies: count > 0 ? [LatencyCounts.Step(index: 100, count: count)] : [])
        }
        let line = GeneratorTimeline(
            LoadTimeline(start: 0, width: Self.width, bins: [0, 19, 20, 999, 1000].map(bin), pauses: []))
        #expect(line.p50Ns == [nil, nil, 100, 100, 100])
        #expect(line.p99Ns == [nil, nil, nil, nil, 100])
        #expect(line.maxNs == [nil, 100, 100, 100, 100])
    }

    @Test("one that does not add up is not believed")
    func lies() async throws {
        let phase = phase(inFlight: 2, milliseconds: 50, .closed)
        var job = LoadJob(
            job: 7, transport: "fake", target: "x", payloadBytes: 100, payloadSeed: 1, inFlight: 2, connections: 1,
            warmupS: 0, warmupRunID: "w", durationS: 0.05, runID: "m", seed: 1)
        job.timelineMs = 10
        #expect(job.fault == nil)
        let honest = GeneratorResult(try await run(phase))
        #expect(throws: Never.self) { try honest.loadResult(of: job) }
        func fault(_ change: (inout GeneratorTimeline) -> Void) -> String? {
            var result = honest
            if var timeline = result.timeline {
                change(&timeline)
                result.timeline = timeline
            }
            do throws(BenchmarkError) {
                _ = try result.loadResult(of: job)
                return nil
            } catch {
                return "\(error)"
            }
        }
        #expect(fault { $0.acked[0] += 1 }?.contains("timeline has \(honest.acked + 1) entries in acked") == true)
        #expect(fault { $0.sent[0] = .max }?.contains("entries in sent") == true)
        #expect(fault { $0.p99Ns.removeLast() }?.contains("not the same number of bins") == true)
        #expect(fault { $0.widthNs += 1 }?.contains("has bins of 10000001 ns") == true)
        let behind = fault { timeline in
            for path in [
                \GeneratorTimeline.sent, \.acked, \.notSent, \.unknown, \.rejected, \.pauses, \.longestPauseNs,
            ] {
                timeline[keyPath: path] += Array(repeating: 0, count: 1000)
            }
            for path in [\GeneratorTimeline.p50Ns, \.p99Ns, \.maxNs] {
                timeline[keyPath: path] += Array(repeating: nil, count: 1000)
            }
        }
        #expect(behind?.contains("has bins that begin behind its end") == true)
        job.timelineMs = 1
        #expect(job.fault == "timeline_ms: 1.0 is out of range; allowed: 0, or 10.0 to 60000.0")
    }

    @Test("readings lie on lines between each other, and are not known beyond them")
    func readings() {
        var readings = Readings()
        readings.add(10, at: 100)
        readings.add(nil as UInt64?, at: 150)
        readings.add(30, at: 200)
        readings.add(99, at: 200)
        readings.add(30, at: 300)
        let times: [UInt64] = [99, 100, 150, 200, 250, 300, 301]
        #expect(times.map { readings.value(at: $0) } == [nil, 10, 20, 30, 30, 30, nil])
        #expect(readings.growth(from: 100, to: 150) == 10 && readings.growth(from: 0, to: 150) == nil)
        #expect(Readings().value(at: 0) == nil)
        // From nothing at the start to what was read last, which was asked for at the end.
        let counted = Readings(readings, from: 150, to: 250)
        #expect(counted.value(at: 100) == nil && counted.value(at: 175) == 15)
        #expect(counted.value(at: 250) == 30 && counted.value(at: 251) == nil)
    }

    @Test("the memory in use is read from the kernel's words")
    func memory() throws {
        #expect(ResidentMemory.pages(inStatm: "123456 789 12 3 0 45 0\n") == 789)
        #expect(ResidentMemory.pages(inStatm: "") == nil && ResidentMemory.bytes(of: -1) == nil)
        #expect(try #require(ResidentMemory.bytes(of: getpid())) > 1 << 20)
    }

    private func phase(inFlight: Int, milliseconds: UInt64, _ load: LoadModel) -> LoadPhase {
        var phase = LoadPhase(
            run: "load-m", inFlight: inFlight, load: load, payloads: PayloadPool(byteCount: 100, seed: 1),
            duration: milliseconds * 1_000_000, wallClockOffset: LoadPhase.currentWallClockOffset())
        phase.binWidth = Self.width
        return phase
    }

    private func run(
        _ phase: LoadPhase,
        _ behaviour: @escaping @Sendable (String, UInt64) -> FakeTransport.Behaviour = { _, _ in .deliver }
    ) async throws -> LoadResult {
        try await FakeTransport(ledger: ledger, behaviour: behaviour).withConnection { connection in
            await LoadGenerator.run(phase, on: connection)
        }
    }
}
