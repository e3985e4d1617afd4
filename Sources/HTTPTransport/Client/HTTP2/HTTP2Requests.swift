import Broker
import EntryCodecs
import EntryJSON
import HTTP2
import NIOCore
import TransportIO

/// The broker half of HTTP over HTTP/2 (RFC 9113): a POST for each entry, on a stream of its own, all on one connection.
final class HTTP2Requests: EntryRequests {
    private let streams = StreamTable<HTTP2ClientStream>()
    /// The body of the last answer that was an acknowledgement.
    private let knownBody = Unguarded(JSONEnvelope.logged)
    private let takesAnySuccess: Bool
    private let request: HTTP2Request
    private let encoder: EntryEncoder
    private let limits: EntryLimits

    init(
        to target: HTTPTarget, _ codec: EntryCodec, limits: EntryLimits, scheme: String, takesAnySuccess: Bool,
        token: BearerToken?
    ) {
        self.takesAnySuccess = takesAnySuccess
        request = HTTP2Request(to: target, scheme: scheme, codec, token)
        encoder = EntryEncoder(codec, limits: limits)
        self.limits = limits
    }

    func open(_ entry: LogEntry, ticket: Int, on connection: ClientConnection) throws(TransportError) {
        while streams.count <= ticket { streams.append(HTTP2ClientStream()) }
        try limits.check(entry)
        var byteCount = 0
        do throws(EntryCodecError) {
            try encoder.encode(entry, into: &streams[ticket].body) { count, _ in byteCount = count }
        } catch {
            throw TransportError(.notSent, error.description)
        }
        let fields = request.fields(byteCount: byteCount)
        try connection.open(ticket, fields.start, fields.count)
    }

    func fate(_ ticket: Int, isAnswered: Bool) -> EntryFate? {
        if let defect = streams[ticket].defect {
            return .failed(TransportError(.unknown, "the answer is not acceptable: \(defect)"))
        }
        guard isAnswered else { return nil }
        if let failure = streams[ticket].answer.failure(takesAnySuccess: takesAnySuccess) { return .failed(failure) }
        // Empty where it is the known one.
        if !streams[ticket].answer.body.isEmpty { knownBody.value = streams[ticket].answer.body }
        return .acknowledged
    }

    func keep(_ ticket: Int) {}

    func release(_ ticket: Int) {
        streams[ticket].release()
    }

    // MARK: What nghttp2 tells

    func fieldCame(
        _ ticket: Int, _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>,
        on connection: ClientConnection
    ) -> Int {
        streams[ticket].addField(name, value)
        if streams[ticket].defect != nil { connection.note(ticket) }
        return streams[ticket].listSize
    }

    func dataCame(_ ticket: Int, _ data: UnsafeRawBufferPointer, on connection: ClientConnection) -> Bool {
        streams[ticket].take(data, known: knownBody.value)
        if streams[ticket].defect != nil { connection.note(ticket) }
        return true
    }

    // MARK: Sending

    func nextPart(_ ticket: Int, room: Int, on connection: ClientConnection) -> ClientPart? {
        let rest = streams[ticket].body.readableBytes
        return rest <= room ? .bytes(rest, isLast: true) : .bytes(room, isLast: false)
    }

    func write(_ ticket: Int, _ count: Int, to memory: UnsafeMutableRawPointer) -> Bool {
        streams[ticket].body.readWithUnsafeReadableBytes { bytes in
            guard count <= bytes.count, let start = bytes.baseAddress else { return 0 }
            memory.copyMemory(from: start, byteCount: count)
            return count
        } == count
    }
}

extension ClientConnection {
    /// The broker half of HTTP over HTTP/2.
    convenience init(
        target: HTTPTarget, codec: EntryCodec = .json, maxInFlight: Int, limits: EntryLimits, scheme: String = "http",
        settings: HTTP2Session.Settings = .httpClient, takesAnySuccess: Bool = false, token: BearerToken? = nil
    ) {
        let requests = HTTP2Requests(
            to: target, codec, limits: limits, scheme: scheme, takesAnySuccess: takesAnySuccess, token: token)
        self.init(requests, maxInFlight: maxInFlight, settings: settings)
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
