package import Broker
import GRPCTransport
package import HTTP2
package import NIOCore
package import TransportIO

/// The calls that a client has open on one connection.
///
/// What nghttp2's callbacks learn is told to observers at once, and what these want to send is submitted when no callback is
/// running.
package final class ClientCalls: ClientRequests {
    private var calls: [OutgoingCall?] = []
    private var free: [Int] = []
    private var deadlines = TimerQueue<OutgoingCall>()
    private let request: CallRequest
    private let delivery: MessageDelivery
    /// The connection that holds this.
    unowned var connection: ClientConnection!
    /// Has the notes looked at, when nothing that comes does.
    var wake: () -> Void = {}
    /// Told of a GOAWAY.
    var hasGoneAway: (_ errorCode: UInt32, _ text: String) -> Void = { _, _ in }

    init(authority: String, scheme: String, maxMessageBytes: Int) {
        request = CallRequest(authority: authority, scheme: scheme)
        delivery = MessageDelivery(maxMessageBytes: maxMessageBytes)
    }

    /// How many calls are open.
    package var count: Int { calls.count - free.count }

    /// When the first deadline passes.
    var nextDeadline: NIODeadline? { deadlines.next }

    /// Opens a call.
    /// - Returns: the call, or nghttp2's reason why there can be none.
    func open(
        _ path: String, _ options: CallOptions, observer: any ClientCallObserver, now: NIODeadline
    ) -> Result<OutgoingCall, CallEnd> {
        let index = free.popLast() ?? calls.count
        if index == calls.count { calls.append(nil) }
        let call = OutgoingCall(
            index: index, options: options, observer: observer,
            changed: { [unowned self] index in
                guard calls[index] != nil else { return }
                connection.note(index)
                wake()
            })
        let opened = request.fields(path, options).withFields { fields, count in
            Result { () throws(TransportError) in try connection.open(index, fields, count) }
        }
        if case .failure(let error) = opened {
            free.append(index)
            return .failure(CallEnd(status: GRPCStatus(.unavailable, error.message), isUnprocessed: true))
        }
        calls[index] = call
        if let timeout = options.timeout { deadlines.add(call, at: now + timeout) { !$0.isOpen } }
        return .success(call)
    }

    /// Ends calls whose deadline has passed: "DEADLINE_EXCEEDED", whatever the server does.
    func deadlinesPassed(_ now: NIODeadline) {
        while let call = deadlines.pop(due: now) {
            guard call.isOpen else { continue }
            finish(call, CallEnd(status: GRPCStatus(.deadlineExceeded, "the call's deadline has passed")))
        }
    }

    /// The connection is gone.
    package func failAll(_ end: CallEnd) {
        for call in calls {
            if let call { finish(call, end) }
        }
    }

    /// Tells the observer, and resets the stream where it is not closed yet.
    private func finish(_ call: OutgoingCall, _ end: CallEnd) {
        let isDone = connection.streams[call.index].isAnswered && call.isHalfClosed && call.unsent.count == 0
        connection.release(call.index, resets: !isDone)
        call.phase = .ended
        call.deframer.clear()
        calls[call.index] = nil
        free.append(call.index)
        call.observer?.ended(end)
    }

    // MARK: ClientRequests

    package var takeStreamsEach: Bool { true }

    package var followHeaderLists: Bool { true }

    package func send(
        _ entry: LogEntry, ticket: Int, on connection: ClientConnection, into out: inout ByteBuffer
    ) throws(TransportError) {
        throw TransportError(.notSent, "this client makes calls, and sends no entries")
    }

    package func goawayCame(_ errorCode: UInt32, _ text: String, on connection: ClientConnection) {
        hasGoneAway(errorCode, text)
    }

    package func headersBegan(_ index: Int) {
        calls[index]?.metadata = Metadata()
    }

    package func fieldCame(
        _ index: Int, _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>,
        on connection: ClientConnection
    ) -> Int {
        guard let call = calls[index] else { return 0 }
        if !call.reply.addField(name, value) { call.metadata.take(name, value) }
        return call.reply.listSize
    }

    package func headersEnded(_ index: Int) {
        guard let call = calls[index], call.isOpen, call.reply.isFinal, !call.hasInitialMetadata else { return }
        call.hasInitialMetadata = true
        call.observer?.received(call.metadata)
    }

    package func dataCame(_ index: Int, _ data: UnsafeRawBufferPointer, on connection: ClientConnection) -> Bool {
        guard let call = calls[index], call.isOpen else { return true }
        connection.note(index)
        delivery.feed(data, to: call)
        return false
    }

    package func nextPart(_ index: Int, room: Int, on connection: ClientConnection) -> ClientPart? {
        guard let call = calls[index], call.isOpen else { return nil }
        let count = min(room, call.unsent.count)
        let isLast = call.isHalfClosed && count == call.unsent.count
        guard count > 0 || isLast else {
            call.isDeferred = true
            return .deferred
        }
        if call.wasFull { connection.note(index) }
        return .bytes(count, isLast: isLast)
    }

    package func write(_ index: Int, _ count: Int, to memory: UnsafeMutableRawPointer) -> Bool {
        guard let call = calls[index], count <= call.unsent.count else { return false }
        call.unsent.write(count, to: memory)
        return true
    }

    package func look(_ index: Int, on connection: ClientConnection, _ completions: inout Completions) {
        guard let call = calls[index] else { return }
        if case .cancelled = call.phase {
            return finish(call, CallEnd(status: GRPCStatus(.cancelled, "the call was cancelled")))
        }
        if call.isHeld, call.defect == nil { delivery.resume(call) }
        if let defect = call.defect { return finish(call, CallEnd(status: defect)) }
        let stream = connection.streams[index]
        if stream.isAnswered {
            // The observer is told when it has taken the messages that are held for it.
            if !call.isHeld { finish(call, call.end) }
            return
        }
        if let errorCode = stream.closedWith {
            let isUnprocessed = HTTP2Session.isRefusal(errorCode)
            return finish(
                call, CallEnd(status: CallReply.status(resetWith: errorCode), isUnprocessed: isUnprocessed))
        }
        if !call.isHeld { connection.consume(index) }
        if call.isDeferred && (call.unsent.count > 0 || call.isHalfClosed) {
            call.isDeferred = false
            connection.resume(index)
        }
        if call.wasFull && call.canSend {
            call.wasFull = false
            call.observer?.canSend()
        }
    }
}

extension OutgoingCall {
    /// How the server has ended the call.
    fileprivate var end: CallEnd {
        if deframer.restBytes > 0, reply.status == .ok {
            return CallEnd(status: GRPCStatus(.internalError, "the last message is shorter than its length says"))
        }
        return CallEnd(status: reply.status, trailingMetadata: reply.code == nil ? Metadata() : metadata)
    }
}
