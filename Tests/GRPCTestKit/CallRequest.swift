import GRPCTransport
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
            block.add("grpc-timeout", Self.timeout(nanoseconds: timeout.nanoseconds))
        }
        block.add("content-type", "application/grpc")
        block.add("user-agent", "broker-lab")
        block.add("grpc-accept-encoding", "\(MessageEncoding.accepted)")
        if options.usesGzip { block.add("grpc-encoding", "gzip") }
        block.add(options.metadata)
        return block
    }

    private static let units: [(letter: UInt8, nanoseconds: Int64)] = [
        (UInt8(ascii: "n"), 1), (UInt8(ascii: "u"), 1_000), (UInt8(ascii: "m"), 1_000_000),
        (UInt8(ascii: "S"), 1_000_000_000), (UInt8(ascii: "M"), 60_000_000_000), (UInt8(ascii: "H"), 3_600_000_000_000),
    ]

    /// The field `grpc-timeout`, in the finest unit that eight digits allow, rounded up: gRPC over HTTP2, "Timeout".
    private static func timeout(nanoseconds: Int64) -> [UInt8] {
        let nanoseconds = max(nanoseconds, 0)
        for unit in units {
            let number = nanoseconds / unit.nanoseconds + (nanoseconds % unit.nanoseconds == 0 ? 0 : 1)
            if number <= 99_999_999 { return Array(String(number).utf8) + [unit.letter] }
        }
        return Array("99999999H".utf8)
    }
}
