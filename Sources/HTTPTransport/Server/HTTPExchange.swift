/// A request to one of the server's own paths, beside the one that takes entries.
public struct HTTPRequest: Sendable {
    /// The method, in capitals.
    public var method: String
    /// The path, without the query.
    public var path: String
    /// What stands behind the question mark; empty if there is none.
    public var query: String

    /// Creates a request.
    public init(method: String, path: String, query: String = "") {
        self.method = method
        self.path = path
        self.query = query
    }
}

/// The answer to an ``HTTPRequest``.
public struct HTTPResponse: Sendable {
    /// The status code, 200 to 599.
    public var status: Int
    /// The content type of the body.
    public var contentType: String
    /// The body.
    public var body: [UInt8]
    /// The methods that the path knows, for the `Allow` field of a 405.
    public var allow: String?
    /// How a client can show who it is, for the `WWW-Authenticate` field of a 401.
    var challenge: String? { status == 401 ? #"Bearer realm="broker-lab""# : nil }

    /// Creates an answer.
    public init(status: Int, contentType: String = "application/json", body: [UInt8], allow: String? = nil) {
        self.status = status
        self.contentType = contentType
        self.body = body
        self.allow = allow
    }

    /// An answer with the contract's envelope: `{"error": true, "message": …}`.
    public static func failure(_ status: Int, _ message: String, allow: String? = nil) -> HTTPResponse {
        HTTPResponse(status: status, body: HTTPEnvelope.failure(message), allow: allow)
    }
}
