import HTTP2

extension UnsafeBufferPointer<UInt8> {
    /// Whether the bytes are a media type of gRPC over HTTP2, "Content-Type": `application/grpc`, with `+proto` or
    /// parameters.
    func isGRPCMediaType() -> Bool {
        // As nearly every peer writes it.
        if equals("application/grpc") { return true }
        let text = span.bytes
        let type = MediaType(text)
        return type.isNamed("application/grpc", in: text) || type.isNamed("application/grpc+proto", in: text)
    }
}
