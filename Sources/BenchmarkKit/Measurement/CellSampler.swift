import Broker

/// Reads at even intervals what the processes of a cell have used, and from time to time how many entries the logger has recorded.
///
/// The two do not wait for each other: a logger that stands still answers no question, and what it uses meanwhile is of interest.
struct CellSampler: Sendable {
    var meters: CellMeters
    /// Who says what was recorded; nil where nobody does.
    var ledger: (any LedgerClient)?
    /// The shortest time between two questions to the logger, in nanoseconds: an answer takes its event loop's time.
    private static let questionInterval: UInt64 = 100_000_000

    /// How far readings are apart, in nanoseconds.
    var width: UInt64
    /// What had been used before what is measured began.
    var before: CellMeters.Reading
    /// How many entries had been recorded before that; nil where the logger did not say.
    var recordedBefore: UInt64?

    /// Reads until the task is cancelled, and what was used once more then.
    func run() async -> CellSamples {
        async let delivered = countDelivered()
        var samples = CellSamples(before: before)
        repeat {
            samples.add(meters.sample())
        } while await sleep(width)
        samples.add(meters.sample())
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
    /// A figure of each part.
    struct Parts: Sendable {
        var broker = Readings()
        var logger = Readings()
        var queue = Readings()
    }

    /// Entries that the logger has recorded since what is measured began.
    var delivered = Readings()
    /// CPU time, in nanoseconds.
    private(set) var cpu = Parts()
    /// Resident memory, in bytes.
    private(set) var memory = Parts()

    /// Begins with what had been used before.
    init(before: CellMeters.Reading) {
        add(before)
    }

    mutating func add(_ sample: CellMeters.Sample) {
        add(sample.reading)
        memory.broker.add(sample.brokerMemory, at: sample.reading.time)
        memory.logger.add(sample.loggerMemory, at: sample.reading.time)
        memory.queue.add(sample.queueMemory, at: sample.reading.time)
    }

    private mutating func add(_ reading: CellMeters.Reading) {
        cpu.broker.add(reading.broker, at: reading.time)
        cpu.logger.add(reading.logger, at: reading.time)
        cpu.queue.add(reading.queue, at: reading.time)
    }
}
