import Broker
import EntryCodecs
import TransportIO

/// Decides what a complete request asks for, and answers it.
struct RequestHandler {
    enum Answer {
        case logged
        case other(HTTPResponse, omitsBody: Bool)
        /// The recorder will tell.
        case later
    }

    struct Result {
        var answer: Answer
        var keepAlive: Bool
    }

    private let configuration: HTTPServerConfiguration
    /// The request line of nearly every request, to be recognised in one comparison.
    private let entryLine: [UInt8]
    private var decoder: EntryDecoder

    init(configuration: HTTPServerConfiguration) {
        self.configuration = configuration
        decoder = EntryDecoder(limits: configuration.limits)
        self.entryLine = Array("POST \(configuration.entryPath) HTTP/1.1".utf8)
    }

    var maxBodyBytes: Int { configuration.maxBodyBytes }

    func checkLength(_ length: Int) throws(HTTPFault) {
        guard length <= maxBodyBytes else {
            throw HTTPFault(413, "a body of \(length) bytes exceeds the limit of \(maxBodyBytes) bytes")
        }
    }

    /// - Parameters:
    ///   - request: the bytes that `head` speaks of.
    ///   - ticket: what the recorder's result will be told under, if it comes later.
    /// - Throws: ``HTTPFault`` where the connection cannot go on.
    mutating func handle(
        _ head: MessageHead, in request: RawSpan, body: RawSpan, _ intake: EntryIntake, ticket: UInt64
    ) throws(HTTPFault) -> Result {
        guard !isEntryLine(head, in: request) || !head.hasHost else {
            return Result(answer: entry(head, request, body, intake, ticket), keepAlive: !head.asksForClose)
        }
        let line = try RequestLine.parse(head.startLine, of: request)
        // RFC 9112, 3.2: a request of HTTP/1.1 without Host is answered with 400.
        guard head.hasHost || !line.isVersion11 else { throw HTTPFault(400, "the Host field is missing") }
        let keepAlive = line.isVersion11 ? !head.asksForClose : head.keepsVersion10Alive
        if request.text(line.path) != configuration.entryPath {
            return Result(answer: control(line, request), keepAlive: keepAlive)
        }
        guard request.equals(line.method, "POST") else {
            let failure = HTTPResponse.failure(405, "\(configuration.entryPath) takes POST", allow: "POST")
            return Result(
                answer: .other(failure, omitsBody: request.equals(line.method, "HEAD")), keepAlive: keepAlive)
        }
        return Result(answer: entry(head, request, body, intake, ticket), keepAlive: keepAlive)
    }

    /// The codec of a request's body, where ``entry(_:as:_:ticket:)`` is all there is to do with it; else nil.
    func ordinaryCodec(_ head: MessageHead, in request: RawSpan) -> EntryCodec? {
        guard isEntryLine(head, in: request), head.hasHost, !head.asksForClose, !head.expectsContinue else {
            return nil
        }
        return codec(head, in: request)
    }

    private func isEntryLine(_ head: MessageHead, in request: RawSpan) -> Bool {
        request.extracting(head.startLine).withUnsafeBytes { $0.elementsEqual(entryLine) }
    }

    private mutating func entry(
        _ head: MessageHead, _ request: RawSpan, _ body: RawSpan, _ intake: EntryIntake, _ ticket: UInt64
    ) -> Answer {
        guard head.bodyLength != .unstated else {
            return failure(411, "the length of the body is missing: send Content-Length")
        }
        guard let codec = codec(head, in: request) else {
            intake.countUndecodable()
            let given = head.contentType.map { request.text($0) } ?? ""
            let known = configuration.mediaTypes.joined(separator: " or ")
            return failure(415, "the content type has to be \(known), not \(given)")
        }
        return entry(body, as: codec, intake, ticket: ticket)
    }

    /// Takes the entry in `body`, whose head was found to be in order.
    mutating func entry(_ body: RawSpan, as codec: EntryCodec, _ intake: EntryIntake, ticket: UInt64) -> Answer {
        let maxEntryBytes = configuration.limits.maxEntryBytes
        let take = { (entry: borrowing ReceivedEntry) -> RecordResult? in
            guard entry.name.byteCount + entry.data.byteCount <= maxEntryBytes else { return nil }
            return intake.take(entry, ticket: ticket)
        }
        do throws(EntryCodecError) {
            let result =
                switch configuration.entryBody {
                case .entry: try decoder.decode(body, as: codec, take)
                case .action: try decoder.decodeAction(body, take)
                }
            if let result { return answer(result) }
            intake.countUndecodable()
            return failure(413, "the entry exceeds the limit of \(maxEntryBytes) bytes (name and data)")
        } catch {
            intake.countUndecodable()
            return failure(400, "the body is not a log entry: \(error)")
        }
    }

    /// The answer to an entry with that fate.
    func answer(_ result: RecordResult) -> Answer {
        switch result {
        case .recorded: .logged
        case .rejected(let reason): failure(configuration.rejectedStatus, reason)
        case .later: .later
        }
    }

    private func failure(_ status: Int, _ message: String) -> Answer {
        .other(.failure(status, message), omitsBody: false)
    }

    /// What the content type says; JSON where there is none, and nil where it is not one that is taken.
    private func codec(_ head: MessageHead, in request: RawSpan) -> EntryCodec? {
        guard let contentType = head.contentType else { return .json }
        let end = contentType.first { request[$0] == UInt8(ascii: ";") } ?? contentType.upperBound
        let mediaType = request.trimmed(contentType.lowerBound..<end)
        // An action is JSON.
        let takesAll = configuration.entryBody == .entry
        if request.matches(mediaType, "application/json") {
            let parameters = request.trimmed(min(end &+ 1, contentType.upperBound)..<contentType.upperBound)
            return takesAll && request.matches(parameters, "coder=foundation") ? .foundationJSON : .json
        } else if takesAll, request.matches(mediaType, "application/x-protobuf") {
            return .protobuf
        } else if takesAll, request.matches(mediaType, "application/x-gob") {
            return .gob
        }
        return nil
    }

    private func control(_ line: RequestLine, _ request: RawSpan) -> Answer {
        let method = request.text(line.method)
        let path = request.text(line.path)
        // RFC 9110, 9.3.2: HEAD is GET without the body.
        let asked = HTTPRequest(method: method == "HEAD" ? "GET" : method, path: path, query: request.text(line.query))
        let response = configuration.control(asked)
        let unknown = HTTPResponse.failure(404, "there is no \(path); entries go to POST \(configuration.entryPath)")
        return .other(response ?? unknown, omitsBody: method == "HEAD")
    }
}
