package import Broker

/// A connection whose event loop can also wait, as a load generator has it do until an entry is due.
package protocol PacedConnection: TransportConnection {
    /// Waits on the event loop until ``MonotonicClock`` shows `deadline`, in nanoseconds.
    ///
    /// The kernel wakes the thread then, which takes it some 20 to 60 us, more at times.
    func sleep(until deadline: UInt64) async

    /// Waits likewise without giving up the core, for an end that is precise to a few microseconds.
    ///
    /// What the peer says meanwhile is read as soon as it comes. Meant for a fraction of a millisecond, and for an event loop
    /// with no other connection on it.
    /// - Returns: The CPU time that the wait took, in nanoseconds.
    func spin(until deadline: UInt64) async -> UInt64
}

extension TransportConnection {
    /// The connection as one that can wait.
    /// - Throws: ``TransportError`` of fate `notSent` where it cannot.
    package nonisolated var paced: any PacedConnection {
        get throws(TransportError) {
            guard let paced = self as? any PacedConnection else {
                throw TransportError(.notSent, "a load generator needs connections that can wait (PacedConnection)")
            }
            return paced
        }
    }
}
