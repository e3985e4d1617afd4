import Broker
import Glibc
import Testing

@testable import TransportIO

@Suite("TCP's keepalive", .timeLimit(.minutes(1)))
struct KeepAliveTests {
    @Test("is on for both ends of a connection, which waits for no full segment either")
    func bothEnds() async throws {
        try await withLineServer { server in
            let port = UInt16(try #require(server.endpoint.port)).bigEndian
            try await server.client().withConnection { connection in
                // The listener has the peer's end of it when it has answered.
                _ = try await connection.send(LogEntry(name: "a", data: ""))
                let ends = (0..<CInt(4096)).filter { Self.port(of: $0, getpeername) != nil }.filter {
                    [Self.port(of: $0, getsockname), Self.port(of: $0, getpeername)].contains(port)
                }
                #expect(ends.count == 2)
                for end in ends {
                    #expect(Self.option(SO_KEEPALIVE, of: end, SOL_SOCKET) == 1)
                    let values = [TCP_NODELAY, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT].map {
                        Self.option($0, of: end, CInt(IPPROTO_TCP))
                    }
                    #expect(values == [1, 60, 20, 3])
                }
            }
        }
    }

    /// The port that a function gives of a socket of IPv4, as it stands there; nil of anything else.
    private static func port(
        of descriptor: CInt, _ name: (CInt, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> CInt
    ) -> UInt16? {
        withUnsafeTemporaryAllocation(byteCount: 128, alignment: 8) { bytes -> UInt16? in
            var length = socklen_t(bytes.count)
            guard let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                name(descriptor, address, &length) == 0,
                bytes.loadUnaligned(as: sa_family_t.self) == sa_family_t(AF_INET)
            else { return nil }
            // The port stands behind the family.
            return bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self)
        }
    }

    private static func option(_ name: CInt, of descriptor: CInt, _ level: CInt) -> CInt? {
        var value: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        return getsockopt(descriptor, level, name, &value, &length) == 0 ? value : nil
    }
}
