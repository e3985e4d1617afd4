import HTTP2

extension UnsafeBufferPointer<UInt8> {
    /// Whether the bytes are a media type of gRPC over HTTP2, "Content-Type": `application/grpc`, with `+proto` or
    /// parameters.
    func isGRPCMediaType() -> Bool {
        let type: StaticString = "application/grpc"
        guard starts(with: type) else { return false }
        let rest = self[type.utf8CodeUnitCount...]
        guard let separator = rest.first else { return true }
        if separator == UInt8(ascii: ";") { return true }
        return separator == UInt8(ascii: "+")
            && rest.dropFirst().prefix(while: { $0 != UInt8(ascii: ";") })
                .elementsEqual("proto".utf8)
    }
}
