import BenchmarkResults
import Broker

/// A stretch of load on one connection: the warm-up of a cell, or what is measured.
struct LoadPhase: Sendable {
    /// The ledger's run id; at most 15 bytes, so that an entry's copy of it costs no allocation.
    var run: String
    /// How many entries may be unacknowledged at once on this connection.
    var inFlight: Int
    /// When entries are sent, over all connections.
    var load: LoadModel
    /// What is sent.
    var payloads: PayloadPool
    /// How long new entries are sent, in nanoseconds.
    var duration: UInt64
    /// What turns a ``MonotonicClock`` reading into wall-clock time: one pair of readings a cell, so that an entry's
    /// `sentAt` costs an addition and the wall clock's steps cannot change it half-way.
    var wallClockOffset: Int64
    /// How many entries belong together: their senders wait for each other.
    var messagesPerOperation = 1
    /// Whether entries are sent by a bare loop, which measures nothing but their number.
    var isBare = false
    /// The connection's place among those of the cell.
    var share = ConnectionShare()
    /// How long before an entry of an open load is due the generator stops sleeping and spins, in nanoseconds.
    var spin: UInt64 = 0
    /// What random arrivals are drawn from.
    var seed: UInt64 = 0
    /// Whether a connection that fails, or a logger that takes nothing, ends the phase.
    var stopsAtFailure = true
    /// How entries are sent again that have failed; open load only, and nil for not at all.
    var retryPolicy: RetryPolicy?
    /// Whether every entry's times are kept.
    var keepsSamples = false
    /// Whether it is kept what became of every entry; open load only.
    var keepsFates = false
    /// How wide the bins of the phase's timeline are, in nanoseconds; nil for none.
    var binWidth: UInt64?
    /// Where it is told what the phase has come to so far.
    var live: LiveFigures?

    /// The width of bins of so many milliseconds; nil of none.
    static func nanoseconds(ofBin milliseconds: Double) -> UInt64? {
        milliseconds > 0 ? UInt64(milliseconds * 1e6) : nil
    }

    /// The difference of the two clocks, now.
    static func currentWallClockOffset() -> Int64 {
        MonotonicClock.wallTime &- Int64(truncatingIfNeeded: MonotonicClock.now)
    }

    /// The phase as one of several connections sees it.
    func shared(_ index: Int, of count: Int) -> LoadPhase {
        var phase = self
        phase.inFlight = inFlight / count
        phase.share = ConnectionShare(index: index, count: count)
        phase.seed = seed &+ UInt64(index)
        return phase
    }
}

/// A connection's place among those of a cell: it takes every n-th sequence number, and every n-th arrival.
struct ConnectionShare: Sendable, Hashable {
    var index = 0
    var count = 1

    /// The sequence number of the connection's entry with that number.
    func sequence(of number: UInt64) -> UInt64 {
        number &* UInt64(count) &+ UInt64(index)
    }
}
