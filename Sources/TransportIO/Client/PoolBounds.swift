import Broker

/// How many sends may wait for room on the sockets of a connection.
///
/// How long they may is `answerTimeout`, counted from when each was asked for.
package struct PoolBounds: Sendable, Hashable {
    /// The most sends that wait; a further one fails at once, as not sent.
    package var maxWaiting: Int

    /// Creates bounds.
    package init(maxWaiting: Int) {
        self.maxWaiting = maxWaiting
    }

    /// What is enough for a sender that knows how many entries it has in flight, and little enough for one that does not.
    package init(maxInFlight: Int) {
        self.init(maxWaiting: max(1024, 16 * maxInFlight))
    }
}

extension Duration {
    /// What a count of whole seconds that begins within a second has to reach, for this duration to have passed.
    var secondsCounted: UInt16 {
        let (seconds, attoseconds) = components
        return UInt16(clamping: seconds + (attoseconds > 0 ? 2 : 1))
    }

    /// In nanoseconds, 0 where it is negative.
    package var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        let (whole, isTooMuch) = UInt64(clamping: seconds).multipliedReportingOverflow(by: 1_000_000_000)
        return isTooMuch ? .max : whole &+ UInt64(clamping: attoseconds / 1_000_000_000)
    }
}
