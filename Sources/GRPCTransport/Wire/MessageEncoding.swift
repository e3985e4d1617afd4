import HTTP2

/// How messages are compressed: gRPC, "Compression".
package enum MessageEncoding: Sendable {
    case identity
    case gzip

    /// What this side takes, as `grpc-accept-encoding` says it.
    package static let accepted: StaticString = "identity,gzip"

    /// The encoding of that name, or nil if this side does not know it.
    init?(_ name: UnsafeBufferPointer<UInt8>) {
        if name.equals("identity") {
            self = .identity
        } else if name.equals("gzip") {
            self = .gzip
        } else {
            return nil
        }
    }

    /// Whether a `grpc-accept-encoding` list holds gzip.
    static func acceptsGzip(_ list: UnsafeBufferPointer<UInt8>) -> Bool {
        list.split(separator: UInt8(ascii: ",")).contains { part in
            part.drop { $0 == 0x20 }.prefix { $0 != 0x20 }.elementsEqual("gzip".utf8)
        }
    }
}
