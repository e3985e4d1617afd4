import Broker
import CNGHTTP2
import HTTP2
import TransportIO

/// The contract's unary calls that are in flight on one connection, one for each entry.
///
/// A stream's state lies in a table under the entry's ticket, which is what nghttp2 keeps for the stream. As on the
/// server's side, callbacks only note which streams have news.
final class EntryCalls {
    private let request: ClientRequest
    private let streams = StreamTable<ClientStream>()
    private let notes = Unguarded<[Int]>([])
    private let buffers = Unguarded(MessageBuffers())
    /// The entry whose answer's header list is being received; header lists never interleave (RFC 9113 4.3).
    private let headerTicket = Unguarded<Int?>(nil)

    init(authority: String, isSecure: Bool) {
        request = ClientRequest(authority: authority, isSecure: isSecure)
    }

    /// Submits the call of an entry; its frames are made when the session is asked for what it has to send.
    /// - Returns: the stream's identifier, or nghttp2's reason why there can be none.
    @inline(__always)
    func open(_ entry: LogEntry, ticket: Int, on session: borrowing HTTP2Session) -> Int32 {
        while streams.count <= ticket { streams.append(ClientStream()) }
        let id = session.withPointer { request.submit($0, ticket: ticket, read: GRPCClientCallbacks.readMessage) }
        guard id > 0 else { return id }
        streams[ticket].id = id
        streams[ticket].request = LogRequestEncoder(entry)
        return id
    }

    /// Takes back a call whose header list nghttp2 could not send; returns whether it is one.
    @inline(__always)
    func takeBackIfUnsent(_ ticket: Int) -> Bool {
        guard streams[ticket].closedWith != nil else { return false }
        release(ticket)
        return true
    }

    /// Whether an entry waits for its answer.
    var areAnyOpen: Bool { (0..<streams.count).contains { streams[$0].id != 0 } }

    // MARK: Dispatch

    /// Tells the fates of entries that callbacks have noted.
    func dispatch(_ completions: inout Completions, on session: borrowing HTTP2Session) {
        var index = 0
        while index < notes.value.count {
            let ticket = notes.value[index]
            index &+= 1
            streams[ticket].isNoted = false
            guard streams[ticket].id != 0 else { continue }
            if streams[ticket].isAnswered || streams[ticket].reply.defect != nil {
                complete(ticket, streams[ticket].reply.failure(streams[ticket].message), &completions, session)
            } else if let errorCode = streams[ticket].closedWith {
                reset(ticket, errorCode, &completions)
            } else {
                streams[ticket].message.own(&buffers.value)
                let (stream, count) = (streams[ticket].id, streams[ticket].unconsumedBytes)
                streams[ticket].unconsumedBytes = 0
                if count > 0 { session.withPointer { _ = nghttp2_session_consume_stream($0, stream, count) } }
            }
        }
        notes.value.removeAll(keepingCapacity: true)
    }

    /// A stream was closed before its answer was complete.
    private func reset(_ ticket: Int, _ errorCode: UInt32, _ completions: inout Completions) {
        release(ticket)
        // RFC 9113 8.7: REFUSED_STREAM says "that the stream is being closed prior to any processing having occurred"; nghttp2
        // reports streams above a GOAWAY's last one in the same way. gRPC A6, "Transparent Retries": such a call is made again.
        if errorCode == NGHTTP2_REFUSED_STREAM.rawValue {
            completions.sendAgain(ticket)
        } else {
            completions.fail(ticket, ClientReply.failure(resetWith: errorCode))
        }
    }

    private func complete(
        _ ticket: Int, _ failure: TransportError?, _ completions: inout Completions, _ session: borrowing HTTP2Session
    ) {
        if streams[ticket].closedWith == nil {
            // The entry's fate is known before its stream is closed: the rest of it is not wanted.
            let stream = streams[ticket].id
            session.withPointer { session in
                nghttp2_session_set_stream_user_data(session, stream, nil)
                nghttp2_submit_rst_stream(session, 0, stream, NGHTTP2_CANCEL.rawValue)
            }
        }
        release(ticket)
        if let failure {
            completions.fail(ticket, failure)
        } else {
            completions.acknowledge(ticket)
        }
    }

    private func release(_ ticket: Int) {
        streams[ticket].message.clear(&buffers.value)
        streams[ticket] = ClientStream()
    }

    // MARK: What nghttp2 tells

    @inline(__always)
    private func note(_ ticket: Int) {
        guard !streams[ticket].isNoted else { return }
        streams[ticket].isNoted = true
        notes.value.append(ticket)
    }

    /// A header list begins, that of an entry's answer or of something else's.
    @inline(__always)
    func headersBegan(_ ticket: Int?) {
        headerTicket.value = ticket
    }

    /// Returns whether the connection can go on; nil where the field is of no entry's answer.
    @inline(__always)
    func fieldCame(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> Bool? {
        guard let ticket = headerTicket.value else { return nil }
        streams[ticket].reply.addField(name, value)
        guard streams[ticket].reply.defect != nil else { return true }
        note(ticket)
        return streams[ticket].reply.headerListSize <= CallReply.maxHeaderBytes
    }

    @inline(__always)
    func dataCame(_ ticket: Int, _ data: UnsafeRawBufferPointer) {
        streams[ticket].unconsumedBytes &+= data.count
        guard streams[ticket].reply.defect == nil else { return }
        let limit = ClientReply.maxMessageBytes
        if let defect = streams[ticket].message.append(data, maxLength: limit, buffers: &buffers.value) {
            streams[ticket].reply.defect = "\(defect)"
        }
        note(ticket)
    }

    @inline(__always)
    func streamEnded(_ ticket: Int) {
        streams[ticket].isAnswered = true
        note(ticket)
    }

    @inline(__always)
    func streamClosed(_ ticket: Int, _ errorCode: UInt32) {
        streams[ticket].closedWith = errorCode
        if headerTicket.value == ticket { headerTicket.value = nil }
        note(ticket)
    }

    // MARK: Sending

    /// What the next DATA frame takes; nil if the stream is no longer wanted.
    @inline(__always)
    func nextPart(_ stream: Int32, _ ticket: Int, room: Int) -> ClientPart? {
        guard streams[ticket].id == stream, let rest = streams[ticket].request?.rest else { return nil }
        return rest <= room ? .bytes(rest, isLast: true) : .bytes(room, isLast: false)
    }

    /// Writes the next bytes of a request.
    @inline(__always)
    func write(_ ticket: Int, _ count: Int, to memory: UnsafeMutableRawPointer) -> Bool {
        guard let rest = streams[ticket].request?.rest, count <= rest else { return false }
        streams[ticket].request?.write(count, to: memory)
        if count == rest { streams[ticket].request = nil }
        return true
    }
}
