/// A request to one of an HTTP server's own paths, beside the one that takes entries.
package struct HTTPRequest: Sendable {
    /// The method, in capitals.
    package var method: String
    /// The path, without the query.
    package var path: String
    /// What stands behind the question mark; empty if there is none.
    package var query: String

    /// Creates a request.
    package init(method: String, path: String, query: String = "") {
        self.method = method
        self.path = path
        self.query = query
    }
}

/// The answer to an ``HTTPRequest``.
package struct HTTPResponse: Sendable {
    /// The status code, 200 to 599.
    package var status: Int
    /// The content type of the body.
    package var contentType: String
    /// The body, or its first part.
    package var body: [UInt8]
    /// Makes the next part of the body when the client has room for it; nil where ``body`` is all of it.
    package var more: (@Sendable () -> HTTPBodyPart)?
    /// Makes the answer on another thread and hands it over from there; nil for an answer that is here.
    ///
    /// What else is set beside it is no part of the answer.
    package var later: (@Sendable (_ done: @escaping @Sendable (HTTPResponse) -> Void) -> Void)?
    /// The methods that the path knows, for the `Allow` field of a 405.
    package var allow: String?
    /// How a client can show who it is, for the `WWW-Authenticate` field of a 401.
    package var challenge: String? { status == 401 ? #"Bearer realm="broker-lab""# : nil }
    /// What the `Link` field says (RFC 8288).
    package var link: String?

    /// Creates an answer.
    package init(
        status: Int, contentType: String = "application/json", body: [UInt8],
        more: (@Sendable () -> HTTPBodyPart)? = nil, allow: String? = nil, link: String? = nil
    ) {
        self.status = status
        self.contentType = contentType
        self.body = body
        self.more = more
        self.allow = allow
        self.link = link
    }
}

/// What comes next of the body of an ``HTTPResponse``.
package enum HTTPBodyPart: Sendable {
    /// These bytes: few enough to be made in a millisecond or so.
    case bytes([UInt8])
    /// Nothing: that was all.
    case end
    /// The rest cannot be made any more: the client has to see that the body is not whole.
    case broken
}
