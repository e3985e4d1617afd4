import BenchmarkResults
import Broker

/// Times the inner layers of a suite's transports, in CPU time of the thread that does the work.
struct LayerMeasurement {
    /// How often each is timed; the rounds go over all of them, as a benchmark's do.
    static let rounds = 5
    /// How long one timing takes, in nanoseconds of CPU time.
    static let batch: UInt64 = 6_000_000

    var suite: Suite
    var registry: [TransportDescriptor]
    var makeWork: MakeLayerWork

    /// A row for each transport, closed load, layer and round.
    /// - Throws: ``BenchmarkError`` that names the transport that failed; `CancellationError`.
    func rows() throws -> [LayerCost] {
        var timed: [(cost: LayerCost, work: (Int) throws -> Void, times: Int)] = []
        for selector in suite.transports {
            guard let descriptor = registry.first(where: { $0.selector == selector }) else { continue }
            for payloadBytes in suite.payloadBytes {
                let data = try PayloadPool(byteCount: payloadBytes, kind: suite.payload, seed: suite.seed)[0]
                let stamp = RunStamp(run: "decompose", sequence: 41_000, sentAt: 1_795_424_523_000_000_000)
                let entry = LogEntry(name: Suite.entryName, data: data, stamp: stamp)
                for inFlight in suite.inFlight {
                    let work = try naming(selector) { try makeWork(descriptor, entry, inFlight) }
                    let generator = try generatorWork(payloadBytes, inFlight)
                    let layers: [(LayerCost.Layer, ((Int) throws -> Void)?)] = [
                        (.codec, work.codec), (.engines, work.engines), (.loadGenerator, generator),
                    ]
                    for case (let layer, let work?) in layers {
                        let cost = LayerCost(
                            transport: selector, payloadBytes: payloadBytes, inFlight: inFlight, layer: layer, round: 0,
                            nanoseconds: 0)
                        timed.append((cost, work, try naming(selector) { try Self.times(work, atOnce: inFlight) }))
                    }
                }
            }
        }
        var rows: [LayerCost] = []
        for round in 1...Self.rounds {
            for (cost, work, times) in timed {
                try Task.checkCancellation()
                var row = cost
                row.round = round
                row.nanoseconds = try naming(cost.transport) { Double(try Self.time(work, times)) / Double(times) }
                rows.append(row)
            }
        }
        return rows
    }

    /// All that the generator does for an entry of a closed load but to send it: a bare loop would only do that.
    private func generatorWork(_ payloadBytes: Int, _ inFlight: Int) throws(BenchmarkError) -> (Int) throws -> Void {
        var phase = LoadPhase(
            run: "decompose", inFlight: inFlight, load: .closed,
            payloads: try PayloadPool(byteCount: payloadBytes, kind: suite.payload, seed: suite.seed),
            duration: 1 << 62, wallClockOffset: LoadPhase.currentWallClockOffset())
        phase.binWidth = suite.timelineMs.flatMap(LoadPhase.nanoseconds(ofBin:))
        let recorder = LoadRecorder(start: MonotonicClock.now, phase: phase, schedule: nil)
        return { [phase] times in
            var now = MonotonicClock.now
            for _ in 0..<times {
                let sent = now
                let entry = phase.entry(sequence: recorder.takeSequence(), intended: sent)
                recorder.sending(at: sent)
                now = MonotonicClock.now
                // The entry's own sequence number as a latency: different ones, as in a run, fall in different places.
                recorder.acknowledged(sent: sent &- (entry.stamp?.sequence ?? 0) & 0xFFFFF, now: now)
            }
        }
    }

    /// How many make a batch; finding it out warms the caches too.
    private static func times(_ work: (Int) throws -> Void, atOnce: Int) throws -> Int {
        var times = max(1, atOnce)
        while true {
            let taken = try time(work, times)
            if taken >= batch / 4 { return max(atOnce, Int(Double(times) * Double(batch) / Double(taken))) }
            times *= 2
        }
    }

    private static func time(_ work: (Int) throws -> Void, _ times: Int) throws -> UInt64 {
        let start = MonotonicClock.threadCPUTime
        try work(times)
        return max(1, MonotonicClock.threadCPUTime - start)
    }

    private func naming<Value>(_ transport: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            throw BenchmarkError(
                "cannot decompose the cost of \(transport): \(error). Write 'decomposition: false' in the suite.")
        }
    }
}
