import CNGHTTP2
import HTTP2

/// The header list of every request on one connection.
struct ClientRequest: ~Copyable {
    /// "User-Agents".
    static let userAgent: StaticString = "broker-lab"

    private let authority: UnsafeMutableBufferPointer<UInt8>
    private let headers: HeaderList

    /// - Parameters:
    ///   - authority: the value of `:authority`, `host:port`.
    ///   - isSecure: whether the connection is one of TLS.
    init(authority text: String, isSecure: Bool) {
        let bytes = Array(text.utf8)
        authority = .allocate(capacity: bytes.count)
        _ = authority.initialize(from: bytes)
        // gRPC over HTTP2, "Requests": the order of the specification's Call-Definition.
        var authorityField = HeaderField.fixed(":authority", "")
        authorityField.value = authority.baseAddress
        authorityField.valuelen = bytes.count
        headers = HeaderList([
            HeaderField.fixed(":method", "POST"), HeaderField.fixed(":scheme", isSecure ? "https" : "http"),
            HeaderField.fixed(":path", "/logs.LogService/WriteLog"), authorityField,
            HeaderField.fixed("te", "trailers"), HeaderField.fixed("content-type", "application/grpc"),
            HeaderField.fixed("user-agent", Self.userAgent),
        ])
    }

    deinit {
        authority.deallocate()
    }

    /// Submits a request whose message `read` gives.
    /// - Returns: the stream's identifier, or nghttp2's error code.
    func submit(
        _ session: OpaquePointer, ticket: Int, read: @escaping nghttp2_data_source_read_callback
    ) -> Int32 {
        let userData = ClientStreamKey.entry(ticket).userData
        var provider = nghttp2_data_provider(source: nghttp2_data_source(ptr: userData), read_callback: read)
        return nghttp2_submit_request(session, nil, headers.fields, headers.count, &provider, userData)
    }
}
