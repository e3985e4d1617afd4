import CNGHTTP2
import HTTP2
import NIOCore
import TransportIO

/// The contract's unary call: its message to the recorder, and the answer.
extension GRPCServerEngine {
    /// Looks at the streams that have news.
    func dispatch() {
        streams.dispatch { slot in
            if let call = streams[slot].call { advance(slot, call) } else { look(slot) }
        }
    }

    private func look(_ slot: Int) {
        if streams[slot].isSettled {
            streams[slot].message.clear(&buffers.value)
        } else if streams[slot].refusal != nil {
            streams[slot].message.clear(&buffers.value)
            answerRefusal(slot)
        } else if streams[slot].isRemoteClosed {
            takeEntry(slot)
        } else {
            streams[slot].message.own(&buffers.value)
            consumeStream(slot)
            watchDeadline(slot)
            guard buffers.value.heldBytes + heldByCalls.value > Self.maxHeldBytes else { return }
            streams[slot].refuse(
                .resourceExhausted, "the connection holds more than \(Self.maxHeldBytes) bytes of unfinished messages")
            look(slot)
        }
    }

    /// Gives the client the stream's window back, of which it may need more.
    private func consumeStream(_ slot: Int) {
        let (stream, count) = (streams[slot].id, streams[slot].unconsumedBytes)
        guard count > 0 else { return }
        streams[slot].unconsumedBytes = 0
        connection.session.withPointer { _ = nghttp2_session_consume_stream($0, stream, count) }
    }

    /// Has the deadline kept of a call that is not answered at once.
    func watchDeadline(_ slot: Int) {
        guard let timeout = streams[slot].timeout, !streams[slot].hasDeadline else { return }
        streams[slot].hasDeadline = true
        addTimer(.deadline(slot, streams[slot].generation), in: .nanoseconds(timeout))
    }

    private func takeEntry(_ slot: Int) {
        guard let intake else { return }
        if let defect = streams[slot].message.defectAtEnd {
            streams[slot].refuse(defect, maxLength: maxMessageBytes)
        }
        var message = ReceivedMessage()
        swap(&message, &streams[slot].message)
        if streams[slot].refusal == nil {
            streams[slot].isSettled = true
            let ticket = UInt64(streams[slot].generation) << 32 | UInt64(slot)
            if message.isCompressed { return inflateUnary(slot, message) }
            answer(slot, message.read { Verdict(on: $0, ticket: ticket, intake: intake, limits: limits) })
        } else {
            answerRefusal(slot)
        }
        message.clear(&buffers.value)
    }

    // MARK: Answers

    func answer(_ slot: Int, _ verdict: Verdict) {
        let stream = streams[slot].id
        switch verdict {
        case .recorded:
            streams[slot].isAnswered = true
            connection.session.withPointer {
                reply.submitLogged($0, stream, slot: slot, read: GRPCServerCallbacks.readAnswer)
            }
        case .refused(let status):
            streams[slot].isAnswered = true
            connection.session.withPointer { reply.submit(status, $0, stream) }
        case .later:
            watchDeadline(slot)
        }
    }

    func answerRefusal(_ slot: Int) {
        guard let refusal = streams[slot].refusal else { return }
        streams[slot].isSettled = true
        streams[slot].isAnswered = true
        let stream = streams[slot].id
        connection.session.withPointer { session in
            switch refusal {
            case .status(let status): reply.submit(status, session, stream)
            case .http(let status): reply.submit(httpStatus: status, session, stream)
            }
        }
    }
}
