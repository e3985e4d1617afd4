import Broker
import CNGHTTP2
import HTTP2
import NIOCore
import TransportIO

/// The broker half of gRPC: entries in, HTTP/2 frames out; HTTP/2 frames in, acknowledgements out.
///
/// A stream's state lies in a table under the entry's ticket, which is what nghttp2 keeps for the stream. As on the
/// server's side, callbacks only note which streams have news.
final class GRPCClientEngine: ClientEngine {
    /// How entries are sent.
    enum Mode {
        /// A call of `WriteLog` each.
        case unary
        /// One call of `WriteLogs` for all of them.
        case stream
    }

    /// Stream identifiers end at 2^31 - 1 (RFC 9113 5.1.1); a little earlier, a new connection takes over.
    private static let lastUsableStream: Int32 = .max - 1024

    let session: HTTP2Session
    let calls: ClientCalls
    private var logStream: LogStream?
    private let mode: Mode
    private var loop: EngineLoop?
    private let isAtWork = Unguarded(false)
    private let request: ClientRequest
    private let limits: EntryLimits
    private let maxInFlight: Int
    private let streams = StreamTable<ClientStream>()
    private let notes = Unguarded<[Int]>([])
    private let buffers = Unguarded(MessageBuffers())
    /// The entry whose answer's header list is being received; header lists never interleave (RFC 9113 4.3).
    private let headerTicket = Unguarded<Int?>(nil)
    /// Where DATA frames are appended, while nghttp2 is asked for what it has to send.
    private let destination = Unguarded<UnsafeMutablePointer<ByteBuffer>?>(nil)
    private var violation: String?
    private var lastLibraryMessage = ""
    private var hasSeenSettings = false
    /// The error that the peer's GOAWAY named.
    private var farewell: String?

    init(
        authority: String, maxInFlight: Int, limits: EntryLimits, settings: HTTP2Session.Settings = .client,
        mode: Mode = .unary, scheme: String = "http"
    ) {
        self.limits = limits
        self.mode = mode
        calls = ClientCalls(authority: authority, scheme: scheme, maxMessageBytes: limits.maxEntryBytes)
        self.maxInFlight = maxInFlight
        capacity = maxInFlight
        request = ClientRequest(authority: authority, isSecure: scheme == "https")
        session = HTTP2Session(.client, callbacks: ClientCallbacks.object, settings: settings)
        session.setUserData(Unmanaged.passUnretained(self).toOpaque())
        calls.wake = { [unowned self] in
            if !isAtWork.value { loop?.wake() }
        }
    }

    // MARK: ClientEngine

    private(set) var capacity: Int

    /// The server's SETTINGS have come: it speaks HTTP/2, and how many streams it takes is known.
    var isReady: Bool { hasSeenSettings }

    private(set) var isRetired = false

    func attach(to loop: EngineLoop) {
        self.loop = loop
    }

    func open(into out: inout ByteBuffer) {
        _ = send(into: &out)
    }

    func flush(into out: inout ByteBuffer) {
        guard calls.hasNews else { return }
        calls.dispatch(on: session)
        _ = send(into: &out)
    }

    func proceed(into out: inout ByteBuffer, completions: inout Completions) throws(ProtocolError) {
        guard let loop else { return }
        isAtWork.value = true
        calls.deadlinesPassed(loop.now, on: session)
        let failure = exchange(into: &out, &completions)
        if let next = calls.nextDeadline { loop.wake(at: next) }
        try check(failure, opening: nil)
    }

    /// Opens a call beside those for entries.
    func openCall(
        _ path: String, _ options: CallOptions, observer: any ClientCallObserver
    ) -> Result<OutgoingCall, CallEnd> {
        defer { calls.wake() }
        return openCall(path, options, unsent: UnsentMessages(), observer: observer)
    }

    func openCall(
        _ path: String, _ options: CallOptions, unsent: any UnsentBytes, observer: any ClientCallObserver
    ) -> Result<OutgoingCall, CallEnd> {
        let now = loop?.now ?? .now()
        let call = calls.open(path, options, unsent: unsent, observer: observer, now: now, on: session)
        if let timeout = options.timeout { loop?.wake(at: now + timeout) }
        return call
    }

    func send(_ entry: LogEntry, ticket: Int, into out: inout ByteBuffer) throws(TransportError) {
        try limits.check(entry)
        if mode == .stream { return try sendOnStream(entry, ticket) }
        while streams.count <= ticket { streams.append(ClientStream()) }
        let id = session.withPointer { request.submit($0, ticket: ticket, read: ClientCallbacks.readMessage) }
        guard id > 0 else {
            isRetired = true
            throw TransportError(.notSent, "no stream can be opened: \(HTTP2Session.text(ofLibraryError: id))")
        }
        if id >= Self.lastUsableStream { isRetired = true }
        streams[ticket].id = id
        streams[ticket].request = LogRequestEncoder(entry)
        _ = send(into: &out)
        if streams[ticket].closedWith != nil {
            // nghttp2 could not send the header list: the stream never was.
            release(ticket)
            throw TransportError(.notSent, "the connection takes no new streams")
        }
    }

    private func sendOnStream(_ entry: LogEntry, _ ticket: Int) throws(TransportError) {
        if let logStream, logStream.isOpen { return logStream.send(entry, ticket) }
        if let waiting = logStream, waiting.hasEntries {
            throw TransportError(.notSent, "the stream has ended and its last entries are not accounted for")
        }
        let stream = LogStream()
        switch openCall(LogStream.path, CallOptions(), unsent: stream.unsent, observer: stream) {
        case .success(let call): stream.call = call
        case .failure(let end):
            isRetired = true
            throw TransportError(.notSent, end.status.message)
        }
        logStream = stream
        stream.send(entry, ticket)
    }

    func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, completions: inout Completions
    ) throws(ProtocolError) {
        let opening = hasSeenSettings ? nil : bytes
        isAtWork.value = true
        let failure = bytes.withUnsafeReadableBytes { input in
            let failure = session.receive(input)
            dispatch(&completions)
            return failure
        }
        bytes.moveReaderIndex(forwardBy: bytes.readableBytes)
        let sendFailure = exchange(into: &out, &completions)
        try check(failure ?? sendFailure, opening: opening)
    }

    /// Submits and sends what there is, until nothing new comes of it.
    private func exchange(into out: inout ByteBuffer, _ completions: inout Completions) -> Int32? {
        while true {
            calls.dispatch(on: session)
            let failure = send(into: &out)
            dispatch(&completions)
            if failure != nil || !calls.hasNews {
                isAtWork.value = false
                return failure
            }
        }
    }

    private func check(_ failure: Int32?, opening: ByteBuffer?) throws(ProtocolError) {
        if let failure, violation == nil { violation = HTTP2Session.text(ofLibraryError: failure) }
        guard let violation else { return }
        isRetired = true
        throw describe(violation, opening)
    }

    func receiveEnd(completions: inout Completions) throws(ProtocolError) {
        guard let farewell else { return }
        throw ProtocolError("the peer ended the connection with GOAWAY \(farewell)")
    }

    func close(into out: inout ByteBuffer) {
        isRetired = true
        logStream?.call?.sendEnd()
        calls.dispatch(on: session)
        session.withPointer { _ = nghttp2_submit_goaway($0, 0, 0, NGHTTP2_NO_ERROR.rawValue, nil, 0) }
        _ = send(into: &out)
    }

    private func describe(_ violation: String, _ opening: ByteBuffer?) -> ProtocolError {
        guard !hasSeenSettings, let opening else { return ProtocolError("the peer broke HTTP/2: \(violation)") }
        let text = String(decoding: opening.readableBytesView.prefix(16), as: UTF8.self).debugDescription
        let kind = text.hasPrefix("\"H") ? "it seems to be an HTTP/1 server" : "its first frame is not SETTINGS"
        return ProtocolError(
            "the peer does not speak HTTP/2 with prior knowledge (RFC 9113 3.4): \(kind); it began with \(text)")
    }

    private func send(into out: inout ByteBuffer) -> Int32? {
        withUnsafeMutablePointer(to: &out) { pointer in
            destination.value = pointer
            defer { destination.value = nil }
            return session.send(into: pointer)
        }
    }

    // MARK: Dispatch

    private func dispatch(_ completions: inout Completions) {
        logStream?.takeFates(into: &completions)
        var index = 0
        while index < notes.value.count {
            let ticket = notes.value[index]
            index &+= 1
            streams[ticket].isNoted = false
            guard streams[ticket].id != 0 else { continue }
            if streams[ticket].isAnswered || streams[ticket].reply.defect != nil {
                complete(ticket, streams[ticket].reply.failure(streams[ticket].message), &completions)
            } else if let errorCode = streams[ticket].closedWith {
                complete(ticket, ClientReply.failure(resetWith: errorCode), &completions)
            } else {
                streams[ticket].message.own(&buffers.value)
                let (stream, count) = (streams[ticket].id, streams[ticket].unconsumedBytes)
                streams[ticket].unconsumedBytes = 0
                if count > 0 { session.withPointer { _ = nghttp2_session_consume_stream($0, stream, count) } }
            }
        }
        notes.value.removeAll(keepingCapacity: true)
    }

    private func complete(_ ticket: Int, _ failure: TransportError?, _ completions: inout Completions) {
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

    @inline(__always)
    func headersBegan(_ key: ClientStreamKey?) {
        headerTicket.value = nil
        switch key {
        case .entry(let ticket): headerTicket.value = ticket
        case .call(let index): calls.headersBegan(index)
        case nil: calls.headersBegan(nil)
        }
    }

    /// Returns whether the connection can go on.
    @inline(__always)
    func fieldCame(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let headerTicket = headerTicket.value else { return calls.fieldCame(name, value) }
        streams[headerTicket].reply.addField(name, value)
        guard streams[headerTicket].reply.defect != nil else { return true }
        note(headerTicket)
        return streams[headerTicket].reply.headerListSize <= CallReply.maxHeaderBytes
    }

    /// A header list is complete; the key of its stream was given when it began.
    @inline(__always)
    func headersEnded(_ key: ClientStreamKey) {
        if case .call(let index) = key { calls.headersEnded(index) }
    }

    @inline(__always)
    func dataCame(_ key: ClientStreamKey, _ data: UnsafeRawBufferPointer) {
        session.withPointer { _ = nghttp2_session_consume_connection($0, data.count) }
        guard case .entry(let ticket) = key else {
            if case .call(let index) = key { calls.dataCame(index, data) }
            return
        }
        streams[ticket].unconsumedBytes &+= data.count
        guard streams[ticket].reply.defect == nil else { return }
        let limit = ClientReply.maxMessageBytes
        if let defect = streams[ticket].message.append(data, maxLength: limit, buffers: &buffers.value) {
            streams[ticket].reply.defect = "\(defect)"
        }
        note(ticket)
    }

    @inline(__always)
    func streamEnded(_ key: ClientStreamKey) {
        guard case .entry(let ticket) = key else {
            if case .call(let index) = key { calls.streamEnded(index) }
            return
        }
        streams[ticket].isAnswered = true
        note(ticket)
    }

    func streamClosed(_ key: ClientStreamKey, _ errorCode: UInt32) {
        guard case .entry(let ticket) = key else {
            if case .call(let index) = key { calls.streamClosed(index, errorCode) }
            return
        }
        streams[ticket].closedWith = errorCode
        if headerTicket.value == ticket { headerTicket.value = nil }
        note(ticket)
    }

    func settingsCame() {
        hasSeenSettings = true
        capacity = mode == .stream ? maxInFlight : min(maxInFlight, session.peerMaxConcurrentStreams)
    }

    func goawayCame(_ errorCode: UInt32, _ text: String) {
        isRetired = true
        // The server waits for calls that are open: this one would last for ever.
        logStream?.call?.sendEnd()
        guard errorCode != NGHTTP2_NO_ERROR.rawValue else { return }
        farewell = "\(HTTP2Session.name(ofErrorCode: errorCode))\(text.isEmpty ? "" : " (\(text))")"
    }

    func goawaySent(_ errorCode: UInt32) {
        guard errorCode != NGHTTP2_NO_ERROR.rawValue else { return }
        violation = "\(HTTP2Session.name(ofErrorCode: errorCode)) \(lastLibraryMessage)"
    }

    func libraryComplained(_ message: String) {
        lastLibraryMessage = message
    }

    // MARK: Sending

    /// What the next DATA frame takes; nil if the stream is no longer wanted.
    @inline(__always)
    func nextPart(_ stream: Int32, _ key: ClientStreamKey, room: Int) -> ClientPart? {
        switch key {
        case .entry(let ticket):
            guard streams[ticket].id == stream, let rest = streams[ticket].request?.rest else { return nil }
            return rest <= room ? .bytes(rest, isLast: true) : .bytes(room, isLast: false)
        case .call(let index): return calls.nextPart(index, room: room)
        }
    }

    /// Appends a DATA frame: its header and the next bytes of the stream.
    @inline(__always)
    func appendData(_ frameHeader: UnsafeRawBufferPointer, _ key: ClientStreamKey, _ count: Int) -> Bool {
        guard let out = destination.value else { return false }
        var isWritten = false
        out.pointee.writeWithUnsafeMutableBytes(minimumWritableBytes: frameHeader.count + count) { memory in
            guard let start = memory.baseAddress else { return 0 }
            memory.copyMemory(from: frameHeader)
            isWritten = write(key, count, to: start + frameHeader.count)
            return isWritten ? frameHeader.count + count : 0
        }
        return isWritten
    }

    @inline(__always)
    private func write(_ key: ClientStreamKey, _ count: Int, to memory: UnsafeMutableRawPointer) -> Bool {
        switch key {
        case .entry(let ticket):
            guard let rest = streams[ticket].request?.rest, count <= rest else { return false }
            streams[ticket].request?.write(count, to: memory)
            if count == rest { streams[ticket].request = nil }
            return true
        case .call(let index): return calls.write(index, count, to: memory)
        }
    }
}

extension HTTP2Session.Settings {
    /// What the broker's half announces: replies are short.
    static var client: Self {
        var settings = Self()
        settings.streamWindow = 1024 * 1024
        settings.connectionWindow = 16 * 1024 * 1024
        settings.maxHeaderListSize = ClientReply.maxHeaderListSize
        return settings
    }
}
