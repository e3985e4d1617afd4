import NIOCore

/// An engine that reads, off the event loop, what takes long to read, and what came of that.
///
/// Until it has ended, whoever runs it owns all of it, and nobody else has the engine.
package final class LongTurn: @unchecked Sendable {
    // Unchecked: made on the event loop, run on one thread, and looked at on the event loop when it has ended.

    /// The most that an engine reads at once on the event loop, in bytes of the message, or the messages, that are read: the
    /// costliest ones take some milliseconds.
    ///
    /// What is measured at 1 MiB is read where it comes: such a message with half of the next one behind it.
    package static let mostOnLoop = 1600 * 1024

    var engine: any ServerEngine
    var input: SocketInput
    private(set) var output = ByteBuffer()
    private(set) var failure: ProtocolError?
    private let intake: EntryIntake

    init(_ engine: any ServerEngine, _ input: SocketInput, _ intake: EntryIntake) {
        (self.engine, self.input, self.intake) = (engine, input, intake)
    }

    /// Has the engine take what it was given.
    func run() {
        do throws(ProtocolError) {
            try input.take(ByteBuffer()) { bytes throws(ProtocolError) in
                try engine.receive(&bytes, into: &output, intake: intake)
            }
        } catch {
            failure = error
        }
    }
}
