package import Broker
package import TransportIO

/// An intake for an engine that is driven by hand.
package struct Intake {
    package let intake: EntryIntake

    /// - Parameter asked: told the ticket of each entry whose result comes later.
    package init(_ recorder: any EntryRecorder, asked: @escaping (UInt64) -> Void) {
        intake = EntryIntake(
            recorder: recorder,
            makeReply: { ticket in
                asked(ticket)
                return EntryReply { _ in }
            })
    }
}
