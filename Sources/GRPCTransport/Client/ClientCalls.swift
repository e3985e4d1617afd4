import CNGHTTP2
import HTTP2
import NIOCore

/// The calls that a client has open on one connection, beside the contract's unary ones.
///
/// As on the server's side, what callbacks of nghttp2 learn is told to observers at once, and what these want to send is
/// submitted when no callback is running.
final class ClientCalls {
    private let calls = Unguarded<[OutgoingCall?]>([])
    private let free = Unguarded<[Int]>([])
    private let notes = Unguarded<[Int]>([])
    /// The call whose header list is being received.
    private let headerCall = Unguarded<OutgoingCall?>(nil)
    private let deadlines = Unguarded(TimerQueue<(index: Int, id: Int32)>())
    private let request: CallRequest
    private let delivery: MessageDelivery
    /// Has the notes looked at, when nothing that comes does.
    var wake: () -> Void = {}

    init(authority: String, scheme: String, maxMessageBytes: Int) {
        request = CallRequest(authority: authority, scheme: scheme)
        delivery = MessageDelivery(maxMessageBytes: maxMessageBytes)
    }

    /// How many calls are open.
    var count: Int { calls.value.count - free.value.count }

    /// When the first deadline passes.
    var nextDeadline: NIODeadline? { deadlines.value.next }

    /// Opens a call.
    /// - Returns: the call, or nghttp2's reason why there can be none.
    func open(
        _ path: String, _ options: CallOptions, unsent: any UnsentBytes, observer: any ClientCallObserver,
        now: NIODeadline, on session: borrowing HTTP2Session
    ) -> Result<OutgoingCall, CallEnd> {
        let index = free.value.popLast() ?? calls.value.count
        if index == calls.value.count { calls.value.append(nil) }
        let call = OutgoingCall(
            index: index, options: options, unsent: unsent, observer: observer,
            changed: { [unowned self] in self.changed($0, isUrgent: $1) })
        let userData = ClientStreamKey.call(index).userData
        var provider = nghttp2_data_provider(
            source: nghttp2_data_source(ptr: userData), read_callback: GRPCClientCallbacks.readMessage)
        let id = session.withPointer { session in
            request.fields(path, options).withFields {
                nghttp2_submit_request(session, nil, $0, $1, &provider, userData)
            }
        }
        guard id > 0 else {
            free.value.append(index)
            let why = HTTP2Session.text(ofLibraryError: id)
            return .failure(
                CallEnd(status: GRPCStatus(.unavailable, "no stream can be opened: \(why)"), isUnprocessed: true))
        }
        call.id = id
        calls.value[index] = call
        if let timeout = options.timeout {
            deadlines.value.add((index, id), at: now + timeout) { [unowned self] in self.call($0.index, $0.id) == nil }
        }
        return .success(call)
    }

    private func call(_ index: Int, _ id: Int32) -> OutgoingCall? {
        guard let call = calls.value[index], call.id == id else { return nil }
        return call
    }

    private func changed(_ index: Int, isUrgent: Bool) {
        guard let call = calls.value[index] else { return }
        note(call)
        if isUrgent { wake() }
    }

    private func note(_ call: OutgoingCall) {
        guard !call.isNoted else { return }
        call.isNoted = true
        notes.value.append(call.index)
    }

    // MARK: Dispatch

    /// Whether ``dispatch(on:)`` has something to do.
    var hasNews: Bool { !notes.value.isEmpty }

    /// Submits what calls want to send, and ends those that have ended.
    func dispatch(on session: borrowing HTTP2Session) {
        var position = 0
        while position < notes.value.count {
            let index = notes.value[position]
            position += 1
            guard let call = calls.value[index] else { continue }
            call.isNoted = false
            advance(call, session)
        }
        notes.value.removeAll(keepingCapacity: true)
    }

    private func advance(_ call: OutgoingCall, _ session: borrowing HTTP2Session) {
        if case .cancelled = call.phase {
            return finish(call, CallEnd(status: GRPCStatus(.cancelled, "the call was cancelled")), session)
        }
        if let defect = call.defect { return finish(call, CallEnd(status: defect), session) }
        if call.isHeld { delivery.resume(call) }
        if let defect = call.defect { return finish(call, CallEnd(status: defect), session) }
        if call.isOpen && call.hasRemoteEnded && !call.isHeld {
            let isCut = call.deframer.restBytes > 0 && call.reply.end.status == .ok
            let end = CallEnd(status: GRPCStatus(.internalError, "the last message is shorter than its length says"))
            return finish(call, isCut ? end : call.reply.end, session)
        }
        guard call.isOpen, call.id > 0 else { return }
        session.withPointer { session in
            if call.unconsumedBytes > 0 && !call.isHeld {
                nghttp2_session_consume_stream(session, call.id, call.unconsumedBytes)
                call.unconsumedBytes = 0
            }
            if call.isDeferred && (call.unsent.count > 0 || call.isHalfClosed) {
                call.isDeferred = false
                nghttp2_session_resume_data(session, call.id)
            }
        }
        if call.wasFull && call.canSend {
            call.wasFull = false
            call.observer?.canSend()
        }
    }

    /// Ends calls whose deadline has passed: "DEADLINE_EXCEEDED", whatever the server does.
    func deadlinesPassed(_ now: NIODeadline, on session: borrowing HTTP2Session) {
        while let due = deadlines.value.pop(due: now) {
            guard let call = call(due.index, due.id), call.isOpen else { continue }
            finish(call, CallEnd(status: GRPCStatus(.deadlineExceeded, "the call's deadline has passed")), session)
        }
    }

    /// Tells the observer, and resets the stream where it is not closed yet.
    private func finish(_ call: OutgoingCall, _ end: CallEnd, _ session: borrowing HTTP2Session) {
        session.withPointer { session in
            guard !call.isStreamClosed else { return }
            nghttp2_session_set_stream_user_data(session, call.id, nil)
            if !(call.hasRemoteEnded && call.isHalfClosed && call.unsent.count == 0) {
                nghttp2_submit_rst_stream(session, 0, call.id, NGHTTP2_CANCEL.rawValue)
            }
        }
        release(call, end)
    }

    private func release(_ call: OutgoingCall, _ end: CallEnd) {
        call.phase = .ended
        call.deframer.clear()
        calls.value[call.index] = nil
        free.value.append(call.index)
        call.observer?.ended(end)
    }

    /// The connection is gone.
    func failAll(_ end: CallEnd) {
        for call in calls.value {
            if let call { release(call, end) }
        }
    }

    // MARK: What nghttp2 tells

    func headersBegan(_ index: Int?) {
        headerCall.value = index.flatMap { calls.value[$0] }
        headerCall.value?.reply.begin()
    }

    /// Returns whether the connection can go on.
    func fieldCame(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let call = headerCall.value else { return true }
        call.reply.addField(name, value)
        return call.reply.headerListSize <= CallReply.maxHeaderBytes
    }

    func headersEnded(_ index: Int) {
        headerCall.value = nil
        guard let call = calls.value[index], call.isOpen else { return }
        if let metadata = call.reply.takeInitialMetadata() { call.observer?.received(metadata) }
    }

    func dataCame(_ index: Int, _ data: UnsafeRawBufferPointer) {
        guard let call = calls.value[index], call.isOpen else { return }
        call.unconsumedBytes += data.count
        note(call)
        delivery.feed(data, to: call)
    }

    func streamEnded(_ index: Int) {
        guard let call = calls.value[index] else { return }
        call.hasRemoteEnded = true
        note(call)
    }

    func streamClosed(_ index: Int, _ errorCode: UInt32) {
        guard let call = calls.value[index] else { return }
        if headerCall.value === call { headerCall.value = nil }
        call.isStreamClosed = true
        if call.hasRemoteEnded {
            // The observer is told when it has taken the messages that are held for it.
            note(call)
        } else {
            release(call, CallReply.end(resetWith: errorCode))
        }
    }

    // MARK: Sending

    /// How many bytes the next DATA frame takes.
    func nextPart(_ index: Int, room: Int) -> ClientPart? {
        guard let call = calls.value[index], call.isOpen else { return nil }
        let count = min(room, call.unsent.count)
        let isLast = call.isHalfClosed && count == call.unsent.count
        if count == 0 && !isLast {
            call.isDeferred = true
            return .deferred
        }
        if call.wasFull { note(call) }
        return .bytes(count, isLast: isLast)
    }

    /// Writes the next bytes.
    func write(_ index: Int, _ count: Int, to memory: UnsafeMutableRawPointer) -> Bool {
        guard let call = calls.value[index], count <= call.unsent.count else { return false }
        call.unsent.write(count, to: memory)
        return true
    }
}
