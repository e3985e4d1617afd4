import Broker
import CNGHTTP2
import HTTP2
import NIOCore
import TransportIO

/// The broker half of gRPC: entries in, HTTP/2 frames out; HTTP/2 frames in, acknowledgements out.
///
/// It joins nghttp2's session with the calls on it: those of entries, and the others. As on the server's side, callbacks
/// only note which streams have news.
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
    let streams: ClientStreams
    var calls: ClientCalls { streams.calls }
    private var entries: EntryCalls { streams.entries }
    private var logStream: LogStream?
    private let mode: Mode
    private var loop: EngineLoop?
    private let isAtWork = Unguarded(false)
    private let limits: EntryLimits
    private let maxInFlight: Int
    /// Where DATA frames are appended, while nghttp2 is asked for what it has to send.
    private let destination = FrameDestination()
    private let conduct = Unguarded(PeerConduct())
    private var keepAliveWatch: KeepAliveWatch?

    init(
        authority: String, maxInFlight: Int, limits: EntryLimits, settings: HTTP2Session.Settings = .client,
        mode: Mode = .unary, scheme: String = "http", keepAlive: ClientKeepAlive? = nil
    ) {
        keepAliveWatch = keepAlive.map(KeepAliveWatch.init)
        self.limits = limits
        self.mode = mode
        streams = ClientStreams(
            entries: EntryCalls(authority: authority, isSecure: scheme == "https"),
            calls: ClientCalls(
                authority: authority, scheme: scheme,
                // The answers of the stream of entries are short texts, however they are compressed.
                maxMessageBytes: mode == .stream ? ClientReply.maxMessageBytes : limits.maxEntryBytes))
        self.maxInFlight = maxInFlight
        capacity = maxInFlight
        session = HTTP2Session(.client, callbacks: GRPCClientCallbacks.object, settings: settings)
        session.setUserData(Unmanaged.passUnretained(self).toOpaque())
        calls.wake = { [unowned self] in
            if !isAtWork.value { loop?.wake() }
        }
    }

    // MARK: ClientEngine

    private(set) var capacity: Int

    /// The server's SETTINGS have come: it speaks HTTP/2, and how many streams it takes is known.
    var isReady: Bool { conduct.value.hasSeenSettings }

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
        let id = entries.open(entry, ticket: ticket, on: session)
        guard id > 0 else {
            isRetired = true
            throw TransportError(.notSent, "no stream can be opened: \(HTTP2Session.text(ofLibraryError: id))")
        }
        if id >= Self.lastUsableStream { isRetired = true }
        _ = send(into: &out)
        if entries.takeBackIfUnsent(ticket) {
            // nghttp2 could not send the header list: the stream never was.
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
        let opening = conduct.value.hasSeenSettings ? nil : bytes
        keepAliveWatch?.hasReceived = true
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
        guard let defect = conduct.value.defect(failure, opening: opening) else { return }
        isRetired = true
        throw ProtocolError(defect)
    }

    func receiveEnd(completions: inout Completions) throws(ProtocolError) {
        if let defect = conduct.value.defectAtEnd { throw ProtocolError(defect) }
    }

    var keepAliveInterval: TimeAmount? { keepAliveWatch?.rules.lookInterval }

    func keepAlive(into out: inout ByteBuffer) throws(ProtocolError) {
        guard let loop else { return }
        switch keepAliveWatch?.look(at: loop.now, isBusy: calls.count > 0 || entries.areAnyOpen) {
        case .ask:
            session.withPointer { _ = nghttp2_submit_ping($0, 0, nil) }
            _ = send(into: &out)
        case .giveUp:
            isRetired = true
            throw ProtocolError("the server has not answered a keepalive PING in time")
        case nil: break
        }
    }

    func close(into out: inout ByteBuffer) {
        isRetired = true
        logStream?.call?.sendEnd()
        calls.dispatch(on: session)
        session.withPointer { _ = nghttp2_submit_goaway($0, 0, 0, NGHTTP2_NO_ERROR.rawValue, nil, 0) }
        _ = send(into: &out)
    }

    private func send(into out: inout ByteBuffer) -> Int32? {
        destination.send(from: session, into: &out)
    }

    private func dispatch(_ completions: inout Completions) {
        logStream?.takeFates(into: &completions)
        entries.dispatch(&completions, on: session)
    }

    // MARK: What nghttp2 tells

    @inline(__always)
    func dataCame(_ key: ClientStreamKey, _ data: UnsafeRawBufferPointer) {
        session.withPointer { _ = nghttp2_session_consume_connection($0, data.count) }
        streams.dataCame(key, data)
    }

    func settingsCame() {
        conduct.value.hasSeenSettings = true
        capacity = mode == .stream ? maxInFlight : min(maxInFlight, session.peerMaxConcurrentStreams)
    }

    func goawayCame(_ errorCode: UInt32, _ text: String) {
        isRetired = true
        // The server waits for calls that are open: this one would last for ever.
        logStream?.call?.sendEnd()
        conduct.value.goawayCame(errorCode, text)
        // gRPC A8, "Client-side Keepalive".
        if errorCode == NGHTTP2_ENHANCE_YOUR_CALM.rawValue, text == "too_many_pings" {
            keepAliveWatch?.rules.interval.double()
        }
    }

    func goawaySent(_ errorCode: UInt32) {
        conduct.value.goawaySent(errorCode)
    }

    func libraryComplained(_ message: String) {
        conduct.value.lastComplaint = message
    }

    // MARK: Sending

    /// Appends a DATA frame: its header and the next bytes of the stream.
    @inline(__always)
    func appendData(_ frameHeader: UnsafeRawBufferPointer, _ key: ClientStreamKey, _ count: Int) -> Bool {
        destination.append(frameHeader, count) { streams.write(key, count, to: $0) }
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
