import Broker

/// A stretch of load on one connection: the warm-up of a cell, or what is measured.
struct LoadPhase: Sendable {
    /// The ledger's run id; at most 15 bytes, so that an entry's copy of it costs no allocation.
    var run: String
    /// How many entries may be unacknowledged at once.
    var inFlight: Int
    /// When entries are sent.
    var load: LoadModel
    /// What is sent.
    var payloads: PayloadPool
    /// How long new entries are sent, in nanoseconds.
    var duration: UInt64
    /// What turns a ``MonotonicClock`` reading into wall-clock time: one pair of readings a cell, so that an entry's
    /// `sentAt` costs an addition and the wall clock's steps cannot change it half-way.
    var wallClockOffset: Int64

    /// The difference of the two clocks, now.
    static func currentWallClockOffset() -> Int64 {
        MonotonicClock.wallTime &- Int64(truncatingIfNeeded: MonotonicClock.now)
    }
}

/// When the entries of an open load are due: the first at once, each further one an interval later.
struct LoadSchedule: Sendable, Hashable {
    /// When the first entry is due, on ``MonotonicClock``.
    let start: UInt64
    /// The time between entries, in nanoseconds; with its fraction, so that a rate is kept over any duration.
    private let interval: Double

    init(start: UInt64, ratePerSecond: Double) {
        self.start = start
        interval = 1e9 / ratePerSecond
    }

    /// When the entry with that sequence number is due.
    func intendedTime(of sequence: UInt64) -> UInt64 {
        start &+ UInt64((Double(sequence) * interval).rounded())
    }
}
