import Broker
import CNGHTTP2
import NIOCore
import TransportIO

/// The broker half of gRPC: entries in, HTTP/2 frames out; HTTP/2 frames in, acknowledgements out.
///
/// A stream's state lies in a table under the entry's ticket, which is what nghttp2 keeps for the stream. As on the
/// server's side, callbacks only note which streams have news.
final class GRPCClientEngine: ClientEngine {
    /// Stream identifiers end at 2^31 - 1 (RFC 9113 5.1.1); a little earlier, a new connection takes over.
    private static let lastUsableStream: Int32 = .max - 1024

    private let session: HTTP2Session
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

    init(authority: String, maxInFlight: Int, limits: EntryLimits, settings: HTTP2Session.Settings = .client) {
        self.limits = limits
        self.maxInFlight = maxInFlight
        capacity = maxInFlight
        request = ClientRequest(authority: authority)
        session = HTTP2Session(.client, callbacks: ClientCallbacks.object, settings: settings)
        session.setUserData(Unmanaged.passUnretained(self).toOpaque())
    }

    // MARK: ClientEngine

    private(set) var capacity: Int

    /// The server's SETTINGS have come: it speaks HTTP/2, and how many streams it takes is known.
    var isReady: Bool { hasSeenSettings }

    private(set) var isRetired = false

    func open(into out: inout ByteBuffer) {
        _ = send(into: &out)
    }

    func send(_ entry: LogEntry, ticket: Int, into out: inout ByteBuffer) throws(TransportError) {
        try limits.check(entry)
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

    func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, completions: inout Completions
    ) throws(ProtocolError) {
        let opening = hasSeenSettings ? nil : bytes
        let failure = bytes.withUnsafeReadableBytes { input in
            let failure = session.receive(input)
            dispatch(&completions)
            return failure
        }
        bytes.moveReaderIndex(forwardBy: bytes.readableBytes)
        let sendFailure = send(into: &out)
        dispatch(&completions)
        if let failure = failure ?? sendFailure, violation == nil {
            violation = HTTP2Session.text(ofLibraryError: failure)
        }
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
    func headersBegan(_ ticket: Int?) {
        headerTicket.value = ticket
    }

    @inline(__always)
    func fieldCame(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        guard let headerTicket = headerTicket.value else { return }
        streams[headerTicket].reply.addField(name, value)
        if streams[headerTicket].reply.defect != nil { note(headerTicket) }
    }

    @inline(__always)
    func dataCame(_ ticket: Int, _ data: UnsafeRawBufferPointer) {
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

    func streamClosed(_ ticket: Int, _ errorCode: UInt32) {
        streams[ticket].closedWith = errorCode
        if headerTicket.value == ticket { headerTicket.value = nil }
        note(ticket)
    }

    func settingsCame() {
        hasSeenSettings = true
        capacity = min(maxInFlight, session.peerMaxConcurrentStreams)
    }

    func goawayCame(_ errorCode: UInt32, _ text: String) {
        isRetired = true
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

    /// How many bytes of the message the next DATA frame takes; nil if the stream is no longer wanted.
    @inline(__always)
    func nextPart(_ stream: Int32, _ ticket: Int, room: Int) -> (count: Int, isLast: Bool)? {
        guard streams[ticket].id == stream, let rest = streams[ticket].request?.rest else { return nil }
        return rest <= room ? (rest, true) : (room, false)
    }

    /// Appends a DATA frame: its header and the next part of the message.
    @inline(__always)
    func appendData(_ frameHeader: UnsafeRawBufferPointer, _ ticket: Int, _ count: Int) -> Bool {
        guard let out = destination.value, let rest = streams[ticket].request?.rest, count <= rest else { return false }
        out.pointee.writeWithUnsafeMutableBytes(minimumWritableBytes: frameHeader.count + count) { memory in
            guard let start = memory.baseAddress else { return 0 }
            memory.copyMemory(from: frameHeader)
            streams[ticket].request?.write(count, to: start + frameHeader.count)
            return frameHeader.count + count
        }
        if count == rest { streams[ticket].request = nil }
        return true
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
