import Broker
import EntryJSON
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
    private var reader = EntryJSONReader()

    init(configuration: HTTPServerConfiguration) {
        self.configuration = configuration
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
        let startLine = request.extracting(head.startLine)
        let isEntryLine = startLine.withUnsafeBytes { $0.elementsEqual(entryLine) }
        guard !isEntryLine || !head.hasHost else {
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

    private mutating func entry(
        _ head: MessageHead, _ request: RawSpan, _ body: RawSpan, _ intake: EntryIntake, _ ticket: UInt64
    ) -> Answer {
        guard head.bodyLength != .unstated else {
            return failure(411, "the length of the body is missing: send Content-Length")
        }
        if let contentType = head.contentType, !isJSON(contentType, in: request) {
            intake.countUndecodable()
            return failure(415, "the content type has to be application/json, not \(request.text(contentType))")
        }
        let maxEntryBytes = configuration.limits.maxEntryBytes
        let take = { (entry: borrowing ReceivedEntry) -> RecordResult? in
            guard entry.name.byteCount + entry.data.byteCount <= maxEntryBytes else { return nil }
            return intake.take(entry, ticket: ticket)
        }
        do throws(EntryJSONError) {
            let result =
                switch configuration.entryBody {
                case .entry: try reader.read(body, take)
                case .action: try reader.readAction(body, take)
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

    private func isJSON(_ contentType: Range<Int>, in request: RawSpan) -> Bool {
        let end = contentType.first { request[$0] == UInt8(ascii: ";") } ?? contentType.upperBound
        return request.matches(request.trimmed(contentType.lowerBound..<end), "application/json")
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
