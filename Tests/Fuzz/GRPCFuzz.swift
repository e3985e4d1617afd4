import Broker
import EngineTestKit
import HTTP2
import TransportIO

@testable import GRPCTransport

/// HTTP/2 and gRPC. When what comes is split, frames that cancel each other may be seen apart, so that no split is expected
/// to change nothing; what holds is that nothing traps, hangs, or leaves the bounds.
extension FuzzTarget {
    static let grpcServer = FuzzTarget(name: "grpc-server") { bytes in
        let (step, rest) = bytes.stepAndRest
        var server: any ServerEngine = GRPCServerEngine(limits: EntryLimits(maxEntryBytes: 1 << 16))
        let told = server.feed(HTTP2Opening.ofClient + rest, step: step)
        require(told.entries.count <= rest.count, "more entries than bytes")
        server.disconnected()
    }

    static let grpcClient = FuzzTarget(name: "grpc-client") { bytes in
        for mode in [CallMode.unary, .stream] {
            let (step, rest) = bytes.stepAndRest
            var client: any ClientEngine = ClientConnection(
                authority: "x", maxInFlight: 8, limits: EntryLimits(maxEntryBytes: 1 << 16), mode: mode)
            let told = client.feed(HTTP2Opening.ofServer + rest, sends: 4, step: step, thenEnd: true)
            require(Set(told.fates.map(\.ticket)).count == told.fates.count, "an entry has two fates")
        }
    }
}

/// What each side of an HTTP/2 connection begins with, so that a fuzzer need not find it out.
enum HTTP2Opening {
    static let ofClient = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + ofServer
    /// Empty SETTINGS, and the acknowledgement of the other side's.
    static let ofServer: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0]
}
