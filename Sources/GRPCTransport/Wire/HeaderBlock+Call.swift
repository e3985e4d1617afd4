package import HTTP2

extension HeaderBlock {
    /// Adds custom metadata.
    package mutating func add(_ metadata: Metadata) {
        metadata.forEachOnWire { add($0, $1) }
    }

    /// Adds what ends a call: gRPC over HTTP2, "Trailers".
    mutating func add(_ status: GRPCStatus) {
        add("grpc-status", String(status.code.rawValue))
        if !status.message.isEmpty { add("grpc-message", PercentEncoding.encode(status.message)) }
    }
}
