import HTTP2
import NIOCore

/// The header list of a call that is not an entry's: gRPC over HTTP2, "Requests".
struct CallRequest {
    let authority: String
    let scheme: String

    /// The fields of a call of the method at `path`, in the order of the specification.
    func fields(_ path: String, _ options: CallOptions) -> HeaderBlock {
        var block = HeaderBlock()
        block.add(":method", "POST")
        block.add(":scheme", scheme)
        block.add(":path", path)
        block.add(":authority", authority)
        block.add("te", "trailers")
        if let timeout = options.timeout {
            block.add("grpc-timeout", CallTimeout.value(nanoseconds: timeout.nanoseconds))
        }
        block.add("content-type", "application/grpc")
        block.add("user-agent", "\(ClientRequest.userAgent)")
        block.add("grpc-accept-encoding", "\(MessageEncoding.accepted)")
        if options.usesGzip { block.add("grpc-encoding", "gzip") }
        block.add(options.metadata)
        return block
    }
}
