import Broker

/// Reads at even intervals what the processes of a cell have used, and from time to time how many entries the logger has recorded.
///
/// The two do not wait for each other: a logger that stands still answers no question, and what it uses meanwhile is of interest.
struct CellSampler: Sendable {
    var processes: CellProcesses
    /// Who says what was recorded; nil where nobody does.
    var ledger: (any LedgerClient)?
    /// The shortest time between two questions to the logger, in nanoseconds: an answer takes its event loop's time.
    private static let questionInterval: UInt64 = 100_000_000

    /// How far readings are apart, in nanoseconds.
    var width: UInt64
    /// What had been used before what is measured began.
    var before: CellProcesses.Sample
    /// How many entries had been recorded before that; nil where the logger did not say.
    var recordedBefore: UInt64?

    /// Reads until the task is cancelled, and what was used once more then.
    func run() async -> CellSamples {
        async let delivered = countDelivered()
        var processes = processes
        var samples = CellSamples()
        samples.add(before)
        repeat {
            samples.add(await processes.sample())
        } while await sleep(width)
        samples.add(await processes.sample())
        samples.delivered = await delivered
        return samples
    }

    private func countDelivered() async -> Readings {
        var readings = Readings()
        while recordedBefore != nil, await sleep(max(width, Self.questionInterval)) {
            await addDelivered(to: &readings)
        }
        return readings
    }

    /// Asks the logger once; what it does not answer is no reading.
    func addDelivered(to readings: inout Readings) async {
        let asked = MonotonicClock.now
        guard let recordedBefore, let ledger, let received = try? await ledger.received() else { return }
        // It was counted at some time between the question and the answer.
        let counted = asked + (MonotonicClock.now - asked) / 2
        readings.add(received - min(received, recordedBefore), at: counted)
    }

    /// Waits for an interval; false when the task is cancelled.
    private func sleep(_ interval: UInt64) async -> Bool {
        (try? await Task.sleep(for: .nanoseconds(interval))) != nil
    }
}

/// What a ``CellSampler`` has read.
struct CellSamples: Sendable {
    /// Entries that the logger has recorded since what is measured began.
    var delivered = Readings()
    /// CPU time, in nanoseconds.
    private(set) var cpu: [CellProcesses.Part: Readings] = [:]
    /// Resident memory, in bytes.
    private(set) var memory: [CellProcesses.Part: Readings] = [:]

    mutating func add(_ sample: CellProcesses.Sample) {
        for (part, used) in sample.cpu { cpu[part, default: Readings()].add(used, at: sample.time) }
        for (part, bytes) in sample.memory { memory[part, default: Readings()].add(bytes, at: sample.time) }
    }
}
