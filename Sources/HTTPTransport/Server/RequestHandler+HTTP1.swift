import EntryCodecs
import TransportIO

/// Requests whose heads are those of HTTP/1.1.
extension RequestHandler {
    struct Result {
        var answer: Answer
        var persistence: Persistence
        /// Whether it was no entry, which takes time to answer.
        var tookTime = false
        /// Whether the client does not know chunks.
        var hasNoChunks = false
    }

    /// - Parameters:
    ///   - request: the bytes that `head` speaks of.
    ///   - ticket: what the recorder's result will be told under, if it comes later.
    /// - Throws: ``HTTPFault`` where the connection cannot go on.
    func handle(
        _ head: MessageHead, in request: RawSpan, body: RawSpan, _ intake: EntryIntake, ticket: UInt64
    ) throws(HTTPFault) -> Result {
        guard !isEntryLine(head, in: request) || !head.hasHost else {
            return Result(
                answer: entry(head, request, body, intake, ticket), persistence: Persistence(head, isVersion11: true))
        }
        let line = try RequestLine.parse(head.startLine, of: request)
        // RFC 9112, 3.2: a request of HTTP/1.1 without Host is answered with 400.
        guard head.hasHost || !line.isVersion11 else { throw HTTPFault(400, "the Host field is missing") }
        if let authority = line.authority, let fault = refusal(ofHost: request.extracting(authority)) { throw fault }
        let persistence = Persistence(head, isVersion11: line.isVersion11)
        let path = request.text(line.path)
        if path == configuration.entryPath, request.equals(line.method, "POST") {
            return Result(answer: entry(head, request, body, intake, ticket), persistence: persistence)
        }
        let answer = answer(
            method: request.text(line.method), path: path, query: request.text(line.query), intake, ticket: ticket)
        return Result(answer: answer, persistence: persistence, tookTime: true, hasNoChunks: !line.isVersion11)
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

    private func entry(
        _ head: MessageHead, _ request: RawSpan, _ body: RawSpan, _ intake: EntryIntake, _ ticket: UInt64
    ) -> Answer {
        guard head.bodyLength != .unstated else {
            return failure(411, "the length of the body is missing: send Content-Length")
        }
        guard let codec = codec(head, in: request) else {
            return unsupported(head.contentType.map { request.text($0) } ?? "", intake)
        }
        return entry(body, as: codec, intake, ticket: ticket)
    }

    /// JSON where there is no content type.
    func codec(_ head: MessageHead, in request: RawSpan) -> EntryCodec? {
        guard let contentType = head.contentType else { return .json }
        return codec(request.extracting(contentType))
    }
}
