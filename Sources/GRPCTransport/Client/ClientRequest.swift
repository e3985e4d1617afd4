import HTTP2

/// The header list of every request on one connection: gRPC over HTTP2, "Requests".
struct ClientRequest: ~Copyable {
    let headers: HeaderList

    /// - Parameters:
    ///   - authority: the value of `:authority`, `host:port`.
    ///   - acceptsEncodings: whether answers may be compressed.
    init(_ path: String, authority: String, scheme: String, acceptsEncodings: Bool = false) {
        // The order of the specification's Call-Definition.
        var fields: [(name: StaticString, value: String)] = [
            (":method", "POST"), (":scheme", scheme), (":path", path), (":authority", authority), ("te", "trailers"),
            ("content-type", "application/grpc"), ("user-agent", "broker-lab"),
        ]
        if acceptsEncodings { fields.append(("grpc-accept-encoding", "\(MessageEncoding.accepted)")) }
        headers = HeaderList(copying: fields)
    }
}
