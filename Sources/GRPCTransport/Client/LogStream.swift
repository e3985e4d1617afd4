import Broker
import HTTP2
import NIOCore
import TransportIO

/// A call of `WriteLogs` from the broker's side: entries out, an acknowledgement for each, in the entries' order.
///
/// When it has ended, the next entry opens another one.
final class LogStream: ClientRequests {
    static let path = "/logs.LogService/WriteLogs"

    /// The one call's.
    private static let key = 0

    /// A call that was not ended by either side.
    private struct Call {
        var reply = CallReply()
        var deframer = MessageDeframer()
        /// Whether no more entries come.
        var isHalfClosed = false
        /// Whether nghttp2 has stopped asking for bytes, since there were none.
        var isDeferred = false
        /// Why this side gives the call up.
        var defect: GRPCStatus?
    }

    /// How a call has ended.
    private struct End {
        var status: GRPCStatus
        /// Whether the server is known not to have looked at the call (RFC 9113 8.7).
        var isUnprocessed = false
    }

    private let request: ClientRequest
    private let limits: EntryLimits
    private var isOpen = false
    /// The call that is open, or was last.
    private var call = Call()
    private var unsent = UnsentEntries()
    /// Whether there are entries of which nghttp2 has not been told.
    private var hasMore = false
    /// The tickets of entries that were not acknowledged, oldest first.
    private var tickets = CircularBuffer<Int>()
    /// What has become of the first of them, since the fates were told last.
    private var acknowledged = 0
    private var fates = CircularBuffer<TransportError?>()

    init(authority: String, scheme: String, limits: EntryLimits) {
        request = ClientRequest(Self.path, authority: authority, scheme: scheme, acceptsEncodings: true)
        self.limits = limits
    }

    var takeStreamsEach: Bool { false }

    // MARK: Sending

    func send(
        _ entry: LogEntry, ticket: Int, on connection: ClientConnection, into out: inout ByteBuffer
    ) throws(TransportError) {
        try limits.check(entry)
        if !isOpen, tickets.isEmpty {
            try connection.open(Self.key, request.headers.fields, request.headers.count)
            (isOpen, call) = (true, Call())
        }
        guard isOpen, !call.isHalfClosed, call.defect == nil else {
            throw TransportError(.notSent, "the stream has ended and its last entries are not accounted for")
        }
        tickets.append(ticket)
        unsent.append(LogRequestEncoder(entry))
        hasMore = true
    }

    func flush(on connection: ClientConnection) -> Bool {
        defer { hasMore = false }
        if hasMore { resume(on: connection) }
        return hasMore
    }

    private func resume(on connection: ClientConnection) {
        guard isOpen, call.isDeferred else { return }
        call.isDeferred = false
        connection.resume(Self.key)
    }

    func nextPart(_ key: Int, room: Int, on connection: ClientConnection) -> ClientPart? {
        guard isOpen else { return nil }
        let count = min(room, unsent.count)
        let isLast = call.isHalfClosed && count == unsent.count
        guard count > 0 || isLast else {
            call.isDeferred = true
            return .deferred
        }
        return .bytes(count, isLast: isLast)
    }

    func write(_ key: Int, _ count: Int, to memory: UnsafeMutableRawPointer) -> Bool {
        guard count <= unsent.count else { return false }
        unsent.write(count, to: memory)
        return true
    }

    func goawayCame(_ errorCode: UInt32, _ text: String, on connection: ClientConnection) {
        // The server waits for calls that are open: this one would last for ever.
        guard isOpen else { return }
        call.isHalfClosed = true
        connection.note(Self.key)
    }

    func close(on connection: ClientConnection) {
        call.isHalfClosed = true
        resume(on: connection)
    }

    // MARK: What nghttp2 tells

    func fieldCame(
        _ key: Int, _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>,
        on connection: ClientConnection
    ) -> Int {
        call.reply.addField(name, value)
        return call.reply.listSize
    }

    func dataCame(_ key: Int, _ data: UnsafeRawBufferPointer, on connection: ClientConnection) -> Bool {
        connection.note(key)
        guard isOpen, call.defect == nil else { return false }
        // Out of the way of what looks at the call.
        var deframer = MessageDeframer()
        swap(&deframer, &call.deframer)
        do throws(MessageDeframer.Defect) {
            try deframer.feed(data, maxLength: CallReply.maxMessageBytes) { message, isCompressed in
                if let defect = take(message, isCompressed) { call.defect = defect }
                return call.defect == nil
            }
        } catch {
            // The answers are short texts, however they are compressed.
            call.defect = GRPCStatus(error, maxBytes: CallReply.maxMessageBytes)
        }
        swap(&deframer, &call.deframer)
        return false
    }

    /// Takes an acknowledgement; returns why the call cannot go on, if it cannot.
    private func take(_ message: RawSpan, _ isCompressed: Bool) -> GRPCStatus? {
        guard isCompressed else { return take(LogResponse.content(message)) }
        do throws(GRPCStatus) {
            let plain = try call.reply.inflate(message, maxBytes: CallReply.maxMessageBytes)
            return take(LogResponse.content(plain.span.bytes))
        } catch {
            return error
        }
    }

    private func take(_ content: LogResponse.Content) -> GRPCStatus? {
        guard fates.count + acknowledged < tickets.count else {
            // An acknowledgement of nothing: what the others are of is not known any more.
            return GRPCStatus(.cancelled, "the call was cancelled")
        }
        if case .logged = content, fates.isEmpty { acknowledged += 1 } else { fates.append(content.failure) }
        return nil
    }

    // MARK: Fates

    func look(_ key: Int, on connection: ClientConnection, _ completions: inout Completions) {
        tellFates(&completions)
        guard isOpen else { return }
        if let end = end(connection.streams[key]) {
            let isDone = connection.streams[key].isAnswered && call.isHalfClosed && unsent.count == 0
            connection.release(key, resets: !isDone)
            (isOpen, call) = (false, Call())
            settle(end, &completions)
        } else {
            connection.consume(key)
            if unsent.count > 0 || call.isHalfClosed { resume(on: connection) }
        }
    }

    private func end(_ stream: ClientStream) -> End? {
        if let defect = call.defect { return End(status: defect) }
        if stream.isAnswered {
            let status = call.reply.status
            guard call.deframer.restBytes > 0, status == .ok else { return End(status: status) }
            return End(status: GRPCStatus(.internalError, "the last message is shorter than its length says"))
        }
        return stream.closedWith.map {
            End(status: CallReply.status(resetWith: $0), isUnprocessed: HTTP2Session.isRefusal($0))
        }
    }

    /// Tells what has become of entries.
    private func tellFates(_ completions: inout Completions) {
        for _ in 0..<acknowledged { completions.acknowledge(tickets.removeFirst()) }
        acknowledged = 0
        while let fate = fates.popFirst() {
            let ticket = tickets.removeFirst()
            if let fate { completions.fail(ticket, fate) } else { completions.acknowledge(ticket) }
        }
    }

    /// The call is over, and with it all entries that were not acknowledged.
    private func settle(_ end: End, _ completions: inout Completions) {
        let untouched = end.isUnprocessed ? tickets.count : unsent.untouchedEntries
        let failure = failure(end.status)
        while let ticket = tickets.popFirst() {
            if tickets.count < untouched { completions.sendAgain(ticket) } else { completions.fail(ticket, failure) }
        }
        unsent = UnsentEntries()
    }

    private func failure(_ status: GRPCStatus) -> TransportError {
        guard status.code != .ok else {
            return TransportError(.unknown, "the server ended the stream without acknowledging all entries")
        }
        let text = status.message.isEmpty ? "" : ": \(status.message)"
        // What ends before any answer, as UNIMPLEMENTED does, was a refusal of the whole call.
        let fate: TransportError.Fate = status.code == .unimplemented ? .rejected : .unknown
        return TransportError(
            fate, "the stream ended with \(status.code.name) (gRPC status \(status.code.rawValue))\(text)")
    }
}

/// Entries that wait to be sent: encoded when their DATA frame is made, straight from their texts.
private struct UnsentEntries {
    private var entries = CircularBuffer<LogRequestEncoder>()
    private(set) var count = 0

    mutating func append(_ entry: LogRequestEncoder) {
        count += entry.count
        entries.append(entry)
    }

    mutating func write(_ count: Int, to memory: UnsafeMutableRawPointer) {
        self.count -= count
        var (memory, rest) = (memory, count)
        while rest > 0, !entries.isEmpty {
            let part = min(rest, entries[entries.startIndex].rest)
            entries[entries.startIndex].write(part, to: memory)
            memory += part
            rest -= part
            if entries[entries.startIndex].rest == 0 { entries.removeFirst() }
        }
    }

    /// How many entries no byte of which was sent.
    var untouchedEntries: Int {
        guard let first = entries.first else { return 0 }
        return first.written == 0 ? entries.count : entries.count - 1
    }
}
