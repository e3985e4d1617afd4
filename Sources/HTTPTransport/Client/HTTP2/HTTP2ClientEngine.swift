import Broker
import CNGHTTP2
import EntryCodecs
import HTTP2
import NIOCore
import TransportIO

/// The broker half of HTTP over HTTP/2 (RFC 9113): a POST for each entry, on a stream of its own, all on one connection.
///
/// A stream's state lies in a table under the entry's ticket, which is what nghttp2 keeps for the stream. As on the server's
/// side, callbacks only note which streams have news.
final class HTTP2ClientEngine: ClientEngine {
    /// Stream identifiers end at 2^31 - 1 (RFC 9113 5.1.1); a little earlier, a new connection takes over.
    private static let lastUsableStream: Int32 = .max - 1024

    let session: HTTP2Session
    let streams = StreamTable<HTTP2ClientStream>()
    let notes = Unguarded<[Int]>([])
    /// The entry whose answer's header list is being received; header lists never interleave (RFC 9113 4.3).
    let headerTicket = Unguarded<Int?>(nil)
    /// Where DATA frames are appended.
    let destination = FrameDestination()
    let conduct = Unguarded(PeerConduct())
    /// The body of the last answer that was an acknowledgement.
    let knownBody = Unguarded(HTTPEnvelope.logged)
    private let takesAnySuccess: Bool
    private let request: HTTP2Request
    private let encoder: EntryEncoder
    private let limits: EntryLimits
    let maxInFlight: Int

    init(
        target: HTTPTarget, codec: EntryCodec = .json, maxInFlight: Int, limits: EntryLimits, scheme: String = "http",
        settings: HTTP2Session.Settings = .httpClient, takesAnySuccess: Bool = false, token: BearerToken? = nil
    ) {
        self.takesAnySuccess = takesAnySuccess
        request = HTTP2Request(to: target, scheme: scheme, codec, token)
        encoder = EntryEncoder(codec, limits: limits)
        self.limits = limits
        self.maxInFlight = maxInFlight
        capacity = maxInFlight
        session = HTTP2Session(.client, callbacks: HTTP2ClientCallbacks.object, settings: settings)
        session.setUserData(Unmanaged.passUnretained(self).toOpaque())
    }

    // MARK: ClientEngine

    var capacity: Int

    /// The server's SETTINGS have come: it speaks HTTP/2, and how many streams it takes is known.
    var isReady: Bool { conduct.value.hasSeenSettings }

    var isRetired = false

    func open(into out: inout ByteBuffer) {
        _ = destination.send(from: session, into: &out)
    }

    func send(_ entry: LogEntry, ticket: Int, into out: inout ByteBuffer) throws(TransportError) {
        try limits.check(entry)
        while streams.count <= ticket { streams.append(HTTP2ClientStream()) }
        var byteCount = 0
        do throws(EntryCodecError) {
            try encoder.encode(entry, into: &streams[ticket].body) { count, _ in byteCount = count }
        } catch {
            throw TransportError(.notSent, error.description)
        }
        let id = session.withPointer { request.submit($0, ticket: ticket, byteCount: byteCount) }
        guard id > 0 else {
            isRetired = true
            streams[ticket].release()
            throw TransportError(.notSent, "no stream can be opened: \(HTTP2Session.text(ofLibraryError: id))")
        }
        streams[ticket].id = id
        if id >= Self.lastUsableStream { isRetired = true }
        _ = destination.send(from: session, into: &out)
        guard streams[ticket].closedWith == nil else {
            // nghttp2 could not send the header list: the stream never was.
            streams[ticket].release()
            throw TransportError(.notSent, "the connection takes no new streams")
        }
    }

    func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, completions: inout Completions
    ) throws(ProtocolError) {
        let opening = conduct.value.hasSeenSettings ? nil : bytes
        let failure = bytes.withUnsafeReadableBytes { session.receive($0) }
        bytes.moveReaderIndex(forwardBy: bytes.readableBytes)
        dispatch(&completions)
        let sendFailure = destination.send(from: session, into: &out)
        // What could not be sent may have closed streams.
        dispatch(&completions)
        guard let defect = conduct.value.defect(failure ?? sendFailure, opening: opening) else { return }
        isRetired = true
        throw ProtocolError(defect)
    }

    func receiveEnd(completions: inout Completions) throws(ProtocolError) {
        if let defect = conduct.value.defectAtEnd { throw ProtocolError(defect) }
    }

    func close(into out: inout ByteBuffer) {
        isRetired = true
        session.withPointer { _ = nghttp2_submit_goaway($0, 0, 0, NGHTTP2_NO_ERROR.rawValue, nil, 0) }
        _ = destination.send(from: session, into: &out)
    }

    // MARK: Answers

    func note(_ ticket: Int) {
        guard !streams[ticket].isNoted else { return }
        streams[ticket].isNoted = true
        notes.value.append(ticket)
    }

    /// Tells the fates of the entries whose streams have news.
    private func dispatch(_ completions: inout Completions) {
        for ticket in notes.value where streams[ticket].id != 0 {
            streams[ticket].isNoted = false
            tellFate(ticket, &completions)
        }
        notes.value.removeAll(keepingCapacity: true)
    }

    private func tellFate(_ ticket: Int, _ completions: inout Completions) {
        if let defect = streams[ticket].defect {
            completions.fail(ticket, TransportError(.unknown, "the answer is not acceptable: \(defect)"))
        } else if streams[ticket].isAnswered {
            if let failure = streams[ticket].answer.failure(takesAnySuccess: takesAnySuccess) {
                completions.fail(ticket, failure)
            } else {
                // Empty where it is the known one.
                if !streams[ticket].answer.body.isEmpty { knownBody.value = streams[ticket].answer.body }
                completions.acknowledge(ticket)
            }
        } else if let errorCode = streams[ticket].closedWith {
            tellReset(ticket, errorCode, &completions)
        } else {
            return
        }
        if streams[ticket].closedWith == nil {
            // The entry's fate is known before its stream is closed: the rest of it is not wanted.
            let stream = streams[ticket].id
            session.withPointer { session in
                nghttp2_session_set_stream_user_data(session, stream, nil)
                nghttp2_submit_rst_stream(session, 0, stream, NGHTTP2_CANCEL.rawValue)
            }
        }
        streams[ticket].release()
    }

    private func tellReset(_ ticket: Int, _ errorCode: UInt32, _ completions: inout Completions) {
        // RFC 9113 8.7: "the stream is being closed prior to any processing having occurred. Any request that was sent on the
        // reset stream can be safely retried." nghttp2 reports streams above a GOAWAY's last one in the same way.
        if errorCode == NGHTTP2_REFUSED_STREAM.rawValue { return completions.sendAgain(ticket) }
        let name = HTTP2Session.name(ofErrorCode: errorCode)
        completions.fail(
            ticket, TransportError(.unknown, "the stream was reset with \(name) before the answer was complete"))
    }
}

extension HTTP2Session.Settings {
    /// What the broker's half announces: answers are short.
    static var httpClient: Self {
        var settings = Self()
        settings.streamWindow = 1024 * 1024
        settings.connectionWindow = 16 * 1024 * 1024
        settings.maxHeaderListSize = HTTP2ClientStream.maxListSize
        return settings
    }
}
