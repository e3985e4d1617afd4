import Broker
import CNGHTTP2
import EntryCodecs
import HTTP2

/// The header list of every request on one connection (RFC 9113, 8.3.1).
struct HTTP2Request: ~Copyable {
    private let headers: HeaderList

    init(to target: HTTPTarget, scheme: String, _ codec: EntryCodec, _ token: BearerToken? = nil) {
        var fields: [(name: StaticString, value: String)] = [
            (":method", "POST"), (":scheme", scheme), (":path", target.path), (":authority", target.authority),
            ("content-type", codec.contentType), ("user-agent", "broker-lab"),
        ]
        if let token { fields.append(("authorization", token.credentials)) }
        fields.append(("content-length", HeaderList.roomForNumber))
        headers = HeaderList(copying: fields)
    }

    /// Submits a request, with a body of that length that is read from the engine.
    /// - Returns: the stream's identifier, or nghttp2's error code.
    @inline(__always)
    func submit(_ session: OpaquePointer, ticket: Int, byteCount: Int) -> Int32 {
        headers.setNumber(at: headers.count - 1, to: byteCount)
        let userData = UnsafeMutableRawPointer(bitPattern: ticket + 1)
        var body = nghttp2_data_provider(
            source: nghttp2_data_source(ptr: userData), read_callback: HTTP2ClientCallbacks.readBody)
        return nghttp2_submit_request(session, nil, headers.fields, headers.count, &body, userData)
    }
}
