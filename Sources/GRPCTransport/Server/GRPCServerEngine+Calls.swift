import CNGHTTP2
import HTTP2
import NIOCore
import TransportIO

/// Calls that are not the contract's unary one: messages to their handlers, and what these send to nghttp2.
extension GRPCServerEngine {
    /// Makes the call of a stream whose header list is complete.
    func startCall(_ slot: Int) {
        guard let path = streams[slot].otherPath, let method = methods[path] else { return }
        let generation = streams[slot].generation
        let now = loop?.now ?? .now()
        streams[slot].call = ServerCall(
            path: path, metadata: streams[slot].metadata,
            deadline: streams[slot].timeout.map { now + .nanoseconds($0) }, acceptsGzip: streams[slot].acceptsGzip,
            encoding: streams[slot].encoding, unknownEncoding: streams[slot].unknownEncoding,
            handler: method.makeHandler(),
            changed: { [unowned self] in self.callChanged(slot, generation) },
            after: { [unowned self] in self.addTimer(.later(slot, generation, $1), in: $0) })
        note(slot)
    }

    private func callChanged(_ slot: Int, _ generation: UInt32) {
        guard streams[slot].generation == generation, streams[slot].id != 0 else { return }
        note(slot)
        // Outside of what this engine was called for, nobody would look at the notes.
        if !isAtWork.value { loop?.wake() }
    }

    /// Takes bytes of a call's messages, and gives those that are whole to its handler.
    func callDataCame(_ slot: Int, _ call: ServerCall, _ data: UnsafeRawBufferPointer) {
        guard call.isOpen else { return }
        call.unconsumedBytes += data.count
        call.receivedBytes &+= data.count
        note(slot)
        guard !call.isHeld else {
            // Behind what waits already.
            call.deframer.keep(data)
            return checkHeld(call)
        }
        deliver(slot, call) { (deframer, body) throws(MessageDeframer.Defect) in
            try deframer.feed(data, maxLength: maxMessageBytes, body)
        }
    }

    /// Gives the handler what was held while too much waited to be sent.
    func resumeDelivery(_ slot: Int, _ call: ServerCall) {
        guard call.isHeld, call.canSend, !call.isInflating else { return }
        deliver(slot, call) { (deframer, body) throws(MessageDeframer.Defect) in
            try deframer.resume(maxLength: maxMessageBytes, body)
        }
    }

    private func deliver(
        _ slot: Int, _ call: ServerCall,
        _ cut: (inout MessageDeframer, (RawSpan, Bool) -> Bool) throws(MessageDeframer.Defect) -> Void
    ) {
        var deframer = MessageDeframer()
        swap(&deframer, &call.deframer)
        call.isHeld = false
        do throws(MessageDeframer.Defect) {
            try cut(&deframer) { message, isCompressed in
                handOver(message, isCompressed, slot, call)
                call.isHeld = !call.canSend || call.isInflating
                return !call.isHeld
            }
        } catch {
            call.finish(GRPCStatus(error, maxBytes: maxMessageBytes))
        }
        if !call.isOpen { deframer.clear() }
        swap(&deframer, &call.deframer)
        checkHeld(call)
    }

    /// Counts what a call holds, and ends it when that is more than a connection may hold.
    private func checkHeld(_ call: ServerCall) {
        recount(call)
        if heldByCalls.value + buffers.value.heldBytes > Self.maxHeldBytes {
            call.finish(
                GRPCStatus(.resourceExhausted, "the connection holds more than \(Self.maxHeldBytes) bytes of messages"))
            forgetHeld(call)
        }
    }

    private func handOver(_ message: RawSpan, _ isCompressed: Bool, _ slot: Int, _ call: ServerCall) {
        guard !isCompressed else { return inflate(message, slot, call) }
        call.isMessageCompressed = false
        call.handler.received(message, on: call)
    }

    private func forgetHeld(_ call: ServerCall) {
        call.deframer.clear()
        recount(call)
    }

    /// Keeps the count of what calls hold right.
    private func recount(_ call: ServerCall) {
        let held = call.deframer.restBytes &+ call.unsent.readableBytes
        guard held != call.countedBytes else { return }
        heldByCalls.value += held - call.countedBytes
        call.countedBytes = held
    }

    /// Looks at a call that has news: tells its handler the client's end, and submits what the handler has sent.
    func advance(_ slot: Int, _ call: ServerCall) {
        resumeDelivery(slot, call)
        if streams[slot].isRemoteClosed && call.isOpen && !call.isHeld && !call.hasToldEnd {
            call.hasToldEnd = true
            if call.deframer.restBytes > 0 {
                call.finish(GRPCStatus(.internalError, "the last message is shorter than its length says"))
            } else {
                call.handler.receivedEnd(on: call)
            }
        }
        let stream = streams[slot].id
        connection.session.withPointer { session in
            if call.unconsumedBytes > 0 && !call.isHeld {
                nghttp2_session_consume_stream(session, stream, call.unconsumedBytes)
                call.unconsumedBytes = 0
            }
            submit(slot, call, session, stream)
        }
        recount(call)
        if call.isOpen, let deadline = call.deadline, !streams[slot].hasDeadline {
            streams[slot].hasDeadline = true
            addTimer(.deadline(slot, streams[slot].generation), at: deadline)
        }
    }

    private func submit(_ slot: Int, _ call: ServerCall, _ session: OpaquePointer, _ stream: Int32) {
        if !call.isOpen { forgetHeld(call) }
        if case .ended = call.phase { return }
        if call.hasSubmittedHeaders {
            guard call.isDeferred, call.unsent.readableBytes > 0 || !call.isOpen else { return }
            call.isDeferred = false
            nghttp2_session_resume_data(session, stream)
        } else if call.unsent.readableBytes == 0, case .finished(let status) = call.phase, status != .ok {
            call.phase = .ended
            reply.submit(status, session, stream, metadata: call.trailingMetadata)
        } else if call.unsent.readableBytes > 0 || !call.isOpen {
            call.hasSubmittedHeaders = true
            reply.submitHeaders(of: call, session, stream, slot: slot, read: GRPCServerCallbacks.readAnswer)
        }
    }

    /// Gives the next bytes of a call's messages; behind the last come the trailers.
    func readCall(
        _ session: OpaquePointer, _ stream: Int32, _ slot: Int, _ call: ServerCall, _ memory: UnsafeMutableRawPointer,
        _ room: Int
    ) -> (count: Int, isEnd: Bool) {
        let count = min(room, call.unsent.readableBytes)
        call.unsent.readWithUnsafeReadableBytes { bytes in
            if let start = bytes.baseAddress { memory.copyMemory(from: start, byteCount: count) }
            return count
        }
        recount(call)
        if call.unsent.readableBytes == 0 {
            if call.unsent.capacity > Self.maxIdleReplyBytes { call.unsent = ByteBuffer() } else { call.unsent.clear() }
            if case .finished(let status) = call.phase {
                call.phase = .ended
                reply.submitTrailers(of: call, status, session, stream)
                return (count, true)
            }
        }
        // The handler is asked for more, and what was held is read, when nghttp2 is done.
        if call.wasFull && call.canSend {
            call.wasFull = false
            roomy.value.append((slot, streams[slot].generation))
        }
        if count == 0 {
            call.isDeferred = true
            return (Int(NGHTTP2_ERR_DEFERRED.rawValue), false)
        }
        return (count, false)
    }

    /// Tells the handlers of calls that have room again; returns whether there were any.
    func dispatchRoom() -> Bool {
        guard !roomy.value.isEmpty else { return false }
        let noted = roomy.value
        roomy.value.removeAll(keepingCapacity: true)
        for (slot, generation) in noted where streams[slot].generation == generation {
            guard let call = streams[slot].call else { continue }
            resumeDelivery(slot, call)
            if call.canSend { call.handler.canSend(on: call) }
            note(slot)
        }
        return true
    }

    /// The stream of a call is closed: its handler learns of it unless it has finished the call itself.
    func endCall(_ call: ServerCall) {
        let wasOpen = call.isOpen
        call.phase = .ended
        call.unsent = ByteBuffer()
        forgetHeld(call)
        if wasOpen { call.handler.cancelled(call) }
    }
}
