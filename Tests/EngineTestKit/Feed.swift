package import Broker
import NIOCore
package import TransportIO

/// What a server engine made of some bytes.
package struct ServerOutcome: Equatable {
    package var said: [UInt8] = []
    package var error: ProtocolError?
    package var entries: [LogEntry] = []
    package var undecodable = 0
    package var isFinished = false
    package var isIdle = false

    package init() {}
}

extension ServerEngine {
    /// Gives the engine `bytes`, at most `step` at a time, until it breaks off or ends.
    package mutating func feed(
        _ bytes: [UInt8], step: Int = .max, result: RecordResult = .recorded
    ) -> ServerOutcome {
        feed(bytes, step: step, recorder: RecordingRecorder(result: result))
    }

    /// Gives the engine `bytes`, at most `step` at a time, until it breaks off or ends.
    package mutating func feed(_ bytes: [UInt8], step: Int = .max, recorder: RecordingRecorder) -> ServerOutcome {
        let intake = EntryIntake(recorder: recorder, makeReply: { _ in EntryReply { _ in } })
        var outcome = ServerOutcome()
        var source = ByteBuffer(bytes: bytes)
        var (input, out) = (ByteBuffer(), ByteBuffer())
        open(into: &out)
        while !isFinished, let part = isPaused ? [] : source.readPart(step) {
            input.writeBytes(part)
            do throws(ProtocolError) {
                try receive(&input, into: &out, intake: intake)
            } catch {
                outcome.error = error
                break
            }
            outcome.said += out.readBytes(length: out.readableBytes) ?? []
        }
        outcome.said += out.readableBytesView
        outcome.entries = recorder.entries
        outcome.undecodable = recorder.undecodable
        outcome.isFinished = isFinished
        outcome.isIdle = isIdle
        return outcome
    }
}

/// What a client engine made of some bytes.
package struct ClientOutcome: Equatable {
    package var fates: [Fate] = []
    package var error: ProtocolError?

    package init(fates: [Fate] = [], error: ProtocolError? = nil) {
        self.fates = fates
        self.error = error
    }
}

extension ClientEngine {
    /// Sends an entry under each ticket below `sends`, then gives the engine `bytes`, at most `step` at a time.
    package mutating func feed(_ bytes: [UInt8], sends: Int, step: Int = .max, thenEnd: Bool = false) -> ClientOutcome {
        var outcome = ClientOutcome()
        var source = ByteBuffer(bytes: bytes)
        var (input, out, completions) = (ByteBuffer(), ByteBuffer(), Completions())
        open(into: &out)
        do {
            for ticket in 0..<sends {
                try send(LogEntry(name: "n\(ticket)", data: "d"), ticket: ticket, into: &out)
            }
            while let part = source.readPart(step) {
                input.writeBytes(part)
                try receive(&input, into: &out, completions: &completions)
            }
            if thenEnd { try receiveEnd(completions: &completions) }
        } catch {
            outcome.error = error as? ProtocolError ?? ProtocolError("\(error)")
        }
        outcome.fates = completions.fates
        return outcome
    }
}
