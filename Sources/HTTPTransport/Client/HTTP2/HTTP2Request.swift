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

    /// The fields of a request with a body of that length.
    @inline(__always)
    func fields(byteCount: Int) -> (start: UnsafePointer<nghttp2_nv>, count: Int) {
        headers.setNumber(at: headers.count - 1, to: byteCount)
        return (UnsafePointer(headers.fields), headers.count)
    }
}
