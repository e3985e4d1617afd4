import BenchmarkResults
import Broker
import Histogram
import NIOCore
import TransportIO

/// How long the entries of a load took, over all connections of one event loop.
///
/// A histogram has 100 KB, which thousands of connections are not to have each. Nothing here allocates, locks or reads a clock
/// per entry.
final class LatencyTally: @unchecked Sendable {
    // Unchecked: it is touched on the one event loop that its connections share, and read when none of them sends any more.

    /// From the intended send time to the acknowledgement, in nanoseconds.
    private(set) var latency = LoadResult.emptyHistogram()
    /// Those of an open load; nil of a closed one.
    private var ofSchedule: OfSchedule?
    private var isOwned = false

    /// What is measured of a schedule only, in nanoseconds.
    private struct OfSchedule {
        var uncorrected = LoadResult.emptyHistogram()
        var slip = LoadResult.emptyHistogram()
        var arrivalError = LoadResult.emptyHistogram()
    }

    init(isOpen: Bool) {
        if isOpen { ofSchedule = OfSchedule() }
    }

    /// True to the first who asks: one of the recorders that share it tells of it.
    func takeOwnership() -> Bool {
        defer { isOwned = true }
        return !isOwned
    }

    /// An entry was acknowledged after so many nanoseconds.
    func record(_ latency: UInt64) {
        self.latency.record(latency)
    }

    /// An entry of an open load was acknowledged.
    func record(_ arrival: Arrival, sent: UInt64, now: UInt64) {
        let slip = min(sent &- arrival.intended, HistogramLog.highestLatency)
        ofSchedule?.uncorrected.record(min(now &- sent, HistogramLog.highestLatency))
        ofSchedule?.slip.record(slip)
        if arrival.wasAwaited { ofSchedule?.arrivalError.record(slip) }
    }

    /// Puts what was recorded into a result.
    func fill(_ result: inout LoadResult) {
        result.latency = latency
        result.uncorrectedLatency = ofSchedule?.uncorrected
        result.scheduleSlip = ofSchedule?.slip
        result.arrivalError = ofSchedule?.arrivalError
    }
}

/// The tallies of a load, one for each event loop that its connections are on.
package final class LatencyTallies {
    private let isOpen: Bool
    private var tallies: [ObjectIdentifier: LatencyTally] = [:]

    /// Creates the tallies of a load.
    /// - Parameter isOpen: whether it has a rate.
    package init(isOpen: Bool) {
        self.isOpen = isOpen
    }

    /// The tally of the event loop that a connection is on.
    func tally(of connection: any PacedConnection) -> LatencyTally {
        let loop = ObjectIdentifier(connection.executor.eventLoop)
        let tally = tallies[loop] ?? LatencyTally(isOpen: isOpen)
        tallies[loop] = tally
        return tally
    }
}
