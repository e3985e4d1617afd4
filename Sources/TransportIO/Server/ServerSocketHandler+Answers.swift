import Broker
import NIOCore
import Synchronization

/// Answers that come later: those that are told together, as by a store that has committed them together, cost the event loop
/// at most one task (``AnswerQueue``) and the socket one write.
extension ServerSocketHandler {
    func makeReply(ticket: UInt64) -> EntryReply {
        undecided.add(1, ordering: .relaxed)
        return EntryReply { result in
            guard self.decided.add(ticket, result) else { return }
            self.loop.answers.add(self, on: self.loop.eventLoop)
        }
    }

    /// Answers all entries whose fate was told.
    func answer() {
        decided.take { entries in
            undecided.subtract(entries.count, ordering: .relaxed)
            guard context != nil else { return }
            for entry in entries {
                // A message broker hands out again what was not acknowledged.
                if case .unknown(let why) = entry.result, !isDialed { return abandon(why) }
                engine.complete(entry.ticket, entry.result, into: &output.buffer)
            }
            // The engine may have left messages behind until these results were known.
            if input.restBytes > 0 { receive(ByteBuffer()) } else { isPaused = Self.isPaused(&engine) }
        }
        guard let context else { return }
        settle(context)
        releaseRead(context)
    }
}
