import Broker
import HTTP2
import TransportIO

/// The contract's unary calls that are in flight on one connection, one for each entry.
final class EntryCalls: EntryRequests {
    /// A call as the client sees it, kept under its entry's ticket.
    private struct Call {
        /// The request's message, until all of it is in DATA frames.
        var request: LogRequestEncoder?
        var reply = CallReply()
        var message = ReceivedMessage()
    }

    private let request: ClientRequest
    private let limits: EntryLimits
    private let calls = StreamTable<Call>()
    private let buffers = Unguarded(MessageBuffers())

    init(authority: String, scheme: String, limits: EntryLimits) {
        request = ClientRequest("/logs.LogService/WriteLog", authority: authority, scheme: scheme)
        self.limits = limits
    }

    func open(_ entry: LogEntry, ticket: Int, on connection: ClientConnection) throws(TransportError) {
        while calls.count <= ticket { calls.append(Call()) }
        try limits.check(entry)
        try connection.open(ticket, request.headers.fields, request.headers.count)
        calls[ticket].request = LogRequestEncoder(entry)
    }

    func fate(_ ticket: Int, isAnswered: Bool) -> EntryFate? {
        guard isAnswered || calls[ticket].reply.defect != nil else { return nil }
        return calls[ticket].reply.failure(calls[ticket].message).map { .failed($0) } ?? .acknowledged
    }

    func keep(_ ticket: Int) {
        calls[ticket].message.own(&buffers.value)
    }

    func release(_ ticket: Int) {
        calls[ticket].message.clear(&buffers.value)
        calls[ticket] = Call()
    }

    // MARK: What nghttp2 tells

    func fieldCame(
        _ ticket: Int, _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>,
        on connection: ClientConnection
    ) -> Int {
        calls[ticket].reply.addField(name, value)
        if calls[ticket].reply.defect != nil { connection.note(ticket) }
        return calls[ticket].reply.listSize
    }

    func dataCame(_ ticket: Int, _ data: UnsafeRawBufferPointer, on connection: ClientConnection) -> Bool {
        guard calls[ticket].reply.defect == nil else { return false }
        let limit = CallReply.maxMessageBytes
        if let defect = calls[ticket].message.append(data, maxLength: limit, buffers: &buffers.value) {
            calls[ticket].reply.defect = "\(defect)"
        }
        connection.note(ticket)
        return false
    }

    // MARK: Sending

    func nextPart(_ ticket: Int, room: Int, on connection: ClientConnection) -> ClientPart? {
        guard let rest = calls[ticket].request?.rest else { return nil }
        return rest <= room ? .bytes(rest, isLast: true) : .bytes(room, isLast: false)
    }

    func write(_ ticket: Int, _ count: Int, to memory: UnsafeMutableRawPointer) -> Bool {
        guard let rest = calls[ticket].request?.rest, count <= rest else { return false }
        calls[ticket].request?.write(count, to: memory)
        if count == rest { calls[ticket].request = nil }
        return true
    }
}
