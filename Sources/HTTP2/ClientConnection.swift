package import Broker
package import CNGHTTP2
package import NIOCore
package import TransportIO

/// A client's side of a connection, whatever its requests mean: its frames, its streams, and its end.
///
/// As on the server's side, nghttp2's callbacks only note which streams have news. These are looked at when all bytes have
/// been taken.
package final class ClientConnection: ClientEngine {
    /// So many bytes, and no stream begins a further frame until they are on their way: windows may let tens of MiB be sent at
    /// once, whose memory would have to be had anew each time.
    private static let enough = 1024 * 1024
    /// The largest DATA frame that is sent to a peer that takes as much.
    static let maxSentFrameSize = 128 * 1024
    /// Stream identifiers end at 2^31 - 1 (RFC 9113 5.1.1); a little earlier, a new connection takes over.
    private static let lastUsableStream: Int32 = .max - 1024

    package let session: HTTP2Session
    /// The streams, by their keys.
    package let streams = StreamTable<ClientStream>()
    // Held strongly and never replaced: then a callback reaches it without a reference being counted.
    private let requests: any ClientRequests
    private let followsHeaderLists: Bool
    private let maxInFlight: Int
    private let notes = Unguarded<[Int]>([])
    /// The stream whose header list is being received; header lists never interleave (RFC 9113 4.3).
    private let headerKey = Unguarded<Int?>(nil)
    /// Where DATA frames are appended, while nghttp2 is asked for what it has to send.
    private let destination = FrameDestination()
    private let conduct = Unguarded(PeerConduct())
    /// The streams, with their keys, that have more to say.
    private let waiting = Unguarded<[(stream: Int32, key: Int)]>([])

    package init(_ requests: any ClientRequests, maxInFlight: Int, settings: HTTP2Session.Settings) {
        self.requests = requests
        followsHeaderLists = requests.followHeaderLists
        self.maxInFlight = maxInFlight
        capacity = maxInFlight
        session = HTTP2Session(.client, callbacks: ClientCallbacks.object, settings: settings)
        session.setUserData(Unmanaged.passUnretained(self).toOpaque())
    }

    // MARK: ClientEngine

    package private(set) var capacity: Int

    /// The server's SETTINGS have come: it speaks HTTP/2, and how many streams it takes is known.
    package var isReady: Bool { conduct.value.hasSeenSettings }

    package private(set) var isRetired = false

    package var hasLeftOff: Bool { !waiting.value.isEmpty }

    package func open(into out: inout ByteBuffer) {
        _ = send(into: &out)
    }

    package func send(_ entry: LogEntry, ticket: Int, into out: inout ByteBuffer) throws(TransportError) {
        try requests.send(entry, ticket: ticket, on: self, into: &out)
    }

    package func flush(into out: inout ByteBuffer) {
        if requests.flush(on: self) { _ = send(into: &out) }
    }

    package func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, completions: inout Completions
    ) throws(ProtocolError) {
        let opening = conduct.value.hasSeenSettings ? nil : bytes
        let failure = bytes.withUnsafeReadableBytes { input in
            let failure = session.receive(input)
            dispatch(&completions)
            return failure
        }
        bytes.moveReaderIndex(forwardBy: bytes.readableBytes)
        let sendFailure = exchange(into: &out, &completions)
        try check(failure ?? sendFailure, opening: opening)
    }

    package func proceed(into out: inout ByteBuffer, completions: inout Completions) throws(ProtocolError) {
        dispatch(&completions)
        try check(exchange(into: &out, &completions), opening: nil)
    }

    package func receiveEnd(completions: inout Completions) throws(ProtocolError) {
        if let defect = conduct.value.defectAtEnd { throw ProtocolError(defect) }
    }

    package func close(into out: inout ByteBuffer) {
        retire()
        requests.close(on: self)
        session.withPointer { _ = nghttp2_submit_goaway($0, 0, 0, NGHTTP2_NO_ERROR.rawValue, nil, 0) }
        _ = send(into: &out)
    }

    /// No stream is opened any more.
    package func retire() {
        isRetired = true
    }

    /// Sends what there is, and looks at what comes of it: what could not be sent may have closed streams.
    private func exchange(into out: inout ByteBuffer, _ completions: inout Completions) -> Int32? {
        while true {
            let failure = send(into: &out)
            if failure != nil || notes.value.isEmpty { return failure }
            dispatch(&completions)
        }
    }

    private func check(_ failure: Int32?, opening: ByteBuffer?) throws(ProtocolError) {
        guard let defect = conduct.value.defect(failure, opening: opening) else { return }
        retire()
        throw ProtocolError(defect)
    }

    /// Appends what there is to be sent, until it is enough.
    /// - Returns: nil, or nghttp2's error code, after which nothing can be sent.
    @discardableResult
    package func send(into out: inout ByteBuffer) -> Int32? {
        if hasLeftOff, out.readableBytes < Self.enough {
            for (stream, key) in waiting.value where streams[key].id == stream { resume(key) }
            waiting.value.removeAll(keepingCapacity: true)
        }
        return destination.send(from: session, into: &out)
    }

    /// Asks the server for a sign of life.
    package func ping() {
        session.withPointer { _ = nghttp2_submit_ping($0, 0, nil) }
    }

    // MARK: Streams

    /// Opens a stream under a key, with that header list; its frames are made when the session is asked for them.
    /// - Throws: fate `notSent` where nghttp2 cannot.
    package func open(_ key: Int, _ fields: UnsafePointer<nghttp2_nv>?, _ count: Int) throws(TransportError) {
        while streams.count <= key { streams.append(ClientStream()) }
        let userData = UnsafeMutableRawPointer(bitPattern: key + 1)
        var body = nghttp2_data_provider(
            source: nghttp2_data_source(ptr: userData), read_callback: ClientCallbacks.readBody)
        let id = session.withPointer { nghttp2_submit_request($0, nil, fields, count, &body, userData) }
        guard id > 0 else {
            retire()
            throw TransportError(.notSent, "no stream can be opened: \(HTTP2Session.text(ofLibraryError: id))")
        }
        if id >= Self.lastUsableStream { retire() }
        streams[key].id = id
    }

    /// Sends what a stream that was just opened begins with.
    /// - Throws: fate `notSent` where nghttp2 could not send the header list: then the stream never was.
    package func sendHead(of key: Int, into out: inout ByteBuffer) throws(TransportError) {
        send(into: &out)
        guard streams[key].closedWith != nil else { return }
        release(key)
        throw TransportError(.notSent, "the connection takes no new streams")
    }

    /// Forgets a stream; where it is not closed, nothing more of it is wanted.
    /// - Parameter resets: whether the server is told so.
    package func release(_ key: Int, resets: Bool = true) {
        if streams[key].closedWith == nil {
            let stream = streams[key].id
            session.withPointer { session in
                nghttp2_session_set_stream_user_data(session, stream, nil)
                if resets { nghttp2_submit_rst_stream(session, 0, stream, NGHTTP2_CANCEL.rawValue) }
            }
        }
        streams[key] = ClientStream()
    }

    /// Gives the server the stream's window back, of which it may need more.
    package func consume(_ key: Int) {
        let (stream, count) = (streams[key].id, streams[key].unconsumedBytes)
        guard count > 0 else { return }
        streams[key].unconsumedBytes = 0
        session.withPointer { _ = nghttp2_session_consume_stream($0, stream, count) }
    }

    /// Has nghttp2 ask again for a body that was ``ClientPart/deferred``.
    package func resume(_ key: Int) {
        let stream = streams[key].id
        session.withPointer { _ = nghttp2_session_resume_data($0, stream) }
    }

    /// Notes that a stream has news.
    package func note(_ key: Int) {
        guard !streams[key].isNoted else { return }
        streams[key].isNoted = true
        notes.value.append(key)
    }

    private func dispatch(_ completions: inout Completions) {
        var index = 0
        while index < notes.value.count {
            let key = notes.value[index]
            index &+= 1
            streams[key].isNoted = false
            if streams[key].id != 0 { requests.look(key, on: self, &completions) }
        }
        notes.value.removeAll(keepingCapacity: true)
    }

    // MARK: What nghttp2 tells

    @inline(__always)
    func headersBegan(_ key: Int?) {
        headerKey.value = key
        if followsHeaderLists, let key { requests.headersBegan(key) }
    }

    /// Returns whether the connection can go on.
    @inline(__always)
    func fieldCame(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let key = headerKey.value else { return true }
        return requests.fieldCame(key, name, value, on: self) <= HTTP2Session.maxHeaderBytes
    }

    @inline(__always)
    func headersEnded(_ key: Int) {
        headerKey.value = nil
        if followsHeaderLists { requests.headersEnded(key) }
    }

    @inline(__always)
    func dataCame(_ key: Int, _ data: UnsafeRawBufferPointer) {
        if requests.dataCame(key, data, on: self) {
            let stream = streams[key].id
            session.withPointer { _ = nghttp2_session_consume($0, stream, data.count) }
        } else {
            streams[key].unconsumedBytes &+= data.count
            session.withPointer { _ = nghttp2_session_consume_connection($0, data.count) }
        }
    }

    @inline(__always)
    func streamEnded(_ key: Int) {
        streams[key].isAnswered = true
        note(key)
    }

    @inline(__always)
    func streamClosed(_ key: Int, _ errorCode: UInt32) {
        streams[key].closedWith = errorCode
        if headerKey.value == key { headerKey.value = nil }
        note(key)
    }

    func settingsCame() {
        conduct.value.hasSeenSettings = true
        capacity = requests.takeStreamsEach ? min(maxInFlight, session.peerMaxConcurrentStreams) : maxInFlight
    }

    func goawayCame(_ errorCode: UInt32, _ text: String) {
        retire()
        conduct.value.goawayCame(errorCode, text)
        requests.goawayCame(errorCode, text, on: self)
    }

    func goawaySent(_ errorCode: UInt32) {
        conduct.value.goawaySent(errorCode)
    }

    func libraryComplained(_ message: String) {
        conduct.value.lastComplaint = message
    }

    // MARK: Sending

    /// What the next DATA frame takes; nil if the stream is no longer wanted.
    @inline(__always)
    func nextPart(_ stream: Int32, _ key: Int, room: Int) -> ClientPart? {
        guard streams[key].id == stream else { return nil }
        guard destination.count < Self.enough else {
            waiting.value.append((stream, key))
            return .deferred
        }
        return requests.nextPart(key, room: room, on: self)
    }

    /// Appends a DATA frame: its header and the next bytes of the stream; returns whether it could.
    @inline(__always)
    func appendData(_ frameHeader: UnsafeRawBufferPointer, _ key: Int, _ count: Int) -> Bool {
        destination.append(frameHeader, count) { requests.write(key, count, to: $0) }
    }
}
