package import Broker

/// A connection whose event loop can also wait, as a load generator has it do until an entry is due.
package protocol PacedConnection: TransportConnection {
    /// The event loop, which is the executor of this actor.
    nonisolated var executor: EventLoopExecutor { get }

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

    /// An id for an entry that may be sent several times; nil where the protocol has none.
    func makeEntryID() -> EntryID?

    /// Sends an entry under an id that ``makeEntryID()`` has made, and waits for its acknowledgement.
    func send(_ entry: LogEntry, under id: EntryID?) async throws(TransportError) -> Acknowledgement
}

extension PacedConnection {
    /// None.
    package func makeEntryID() -> EntryID? { nil }

    /// Sends it as any other.
    package func send(_ entry: LogEntry, under id: EntryID?) async throws(TransportError) -> Acknowledgement {
        try await send(entry)
    }
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
