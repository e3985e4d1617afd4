import Broker
import NIOCore

/// Takes the place of an engine that is at work off the event loop, and keeps for it what it is told meanwhile.
struct AbsentServerEngine: ServerEngine {
    /// What the engine held, with what was left behind of what it was given.
    let heldBytes: Int
    /// The results that were told, by their tickets.
    private(set) var results: [(ticket: UInt64, result: RecordResult)] = []
    /// Whether something has become due.
    private(set) var isDue = false
    /// Whether it was asked to stop.
    private(set) var isDraining = false

    /// - Parameter heldBytes: what the engine held, with what was left behind of what it was given.
    init(heldBytes: Int) {
        self.heldBytes = heldBytes
    }

    var isIdle: Bool { false }
    var isPaused: Bool { true }

    mutating func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, intake: borrowing EntryIntake
    ) throws(ProtocolError) {}

    mutating func complete(_ ticket: UInt64, _ result: RecordResult, into out: inout ByteBuffer) {
        results.append((ticket, result))
    }

    mutating func proceed(into out: inout ByteBuffer, intake: borrowing EntryIntake) throws(ProtocolError) {
        isDue = true
    }

    mutating func drain(into out: inout ByteBuffer) {
        isDraining = true
    }
}
