import Broker
import NIOCore

/// What takes long to read is read off the event loop, while the connection is not read from: no peer holds up the others with
/// a message, however large it is and whatever is in it.
extension ServerSocketHandler {
    /// What is no longer than that is read at once, whatever the engine says of it.
    static let alwaysShort = 64 * 1024

    /// Whether the engine may read for long when it is given `bytes`.
    func mayTakeLong(_ bytes: ByteBuffer) -> Bool {
        input.restBytes &+ bytes.readableBytes > Self.mostAtOnce(&engine)
    }

    private static func mostAtOnce<Engine: ServerEngine>(_ engine: inout Engine) -> Int {
        engine.mostAtOnce
    }

    /// Lets the engine go to where it reads what has come; nil where that is no longer wanted.
    func beginLongTurn() -> LongTurn? {
        isQueued = false
        isLong = false
        guard context != nil, let intake, isPaused, failure == nil, phase != .halfClosed else { return nil }
        let held = input.restBytes &+ Self.heldBytes(of: &engine)
        let turn = LongTurn(engine, input, intake)
        engine = AbsentServerEngine(heldBytes: held)
        input = SocketInput()
        longTurn = turn
        return turn
    }

    /// The engine is back: it is told what it has missed.
    func endLongTurn(_ turn: LongTurn) {
        longTurn = nil
        guard let context, let intake, let absent = engine as? AbsentServerEngine else {
            // The connection was ended or is gone.
            turn.engine.disconnected()
            if context == nil { ended(self, failure) }
            return
        }
        engine = turn.engine
        let late = input.takeRest()
        input = turn.input
        var said = turn.output
        output.buffer.writeBuffer(&said)
        if let error = turn.failure { failure = failure ?? "\(error)" }
        if absent.isDraining { engine.drain(into: &output.buffer) }
        for (ticket, result) in absent.results { engine.complete(ticket, result, into: &output.buffer) }
        isPaused = Self.isPaused(&engine)
        if absent.isDue, failure == nil {
            do throws(ProtocolError) {
                try engine.proceed(into: &output.buffer, intake: intake)
                isPaused = Self.isPaused(&engine)
            } catch {
                failure = "\(error)"
            }
        }
        if let late {
            receive(late)
        } else if !absent.results.isEmpty, input.restBytes > 0 {
            receive(ByteBuffer())
        }
        settle(context)
        releaseRead(context)
    }
}
