import Broker
import Glibc

/// What this process has sent to and received from one peer, as the kernel counts the bytes of its TCP sockets: payload,
/// each way, what was sent again included, without the headers of TCP and IP.
struct WireBytes: Sendable, Hashable {
    var sent: UInt64 = 0
    var received: UInt64 = 0

    // Offsets in struct tcp_info of linux/tcp.h (4.19 and later), of which glibc's header knows the older half only.
    private static let receivedOffset = 128
    private static let sentOffset = 200
    private static let tcpInfo: Int32 = 11

    init(sent: UInt64, received: UInt64) {
        (self.sent, self.received) = (sent, received)
    }

    /// The sum over all open sockets to that port; nil if there is none, or the kernel does not count.
    init?(toPort port: Int) {
        var found = false
        for descriptor in Self.descriptors() where Self.peerPort(of: descriptor) == port {
            guard let counts = Self.counts(of: descriptor) else { return nil }
            sent += counts.sent
            received += counts.received
            found = true
        }
        guard found else { return nil }
    }

    /// The port in `HOST:PORT` or in a URL; nil where there is none, as in a Unix domain socket, whose bytes nobody counts.
    static func port(in target: String) -> Int? {
        if UnixSocketName.isMeant(by: target) { return nil }
        let address = target.firstRange(of: "://").map { target[$0.upperBound...] } ?? target[...]
        let authority = address.prefix { $0 != "/" && $0 != "?" }
        let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        return (try? Endpoint(parsing: String(host)))?.port
    }

    /// What was added since an earlier reading; nil when sockets have gone since.
    func since(_ earlier: WireBytes) -> WireBytes? {
        guard sent >= earlier.sent, received >= earlier.received else { return nil }
        var difference = self
        difference.sent -= earlier.sent
        difference.received -= earlier.received
        return difference
    }

    mutating func add(_ other: WireBytes) {
        sent += other.sent
        received += other.received
    }

    /// What one socket has sent and received.
    struct OfSocket: Sendable {
        var bytes: WireBytes
        var descriptor: Int32

        /// The counts of a socket to that port; nil where there is none, or the kernel does not count.
        /// - Parameter descriptor: where it is looked for first: who opens one socket at a time has them at the same number, so that
        ///   two calls of the kernel find what takes a hundred else.
        init?(toPort port: Int, near descriptor: Int32?) {
            let isThere = descriptor.map { WireBytes.peerPort(of: $0) == port } ?? false
            let found = isThere ? descriptor : WireBytes.descriptors().first { WireBytes.peerPort(of: $0) == port }
            guard let found, let counts = WireBytes.counts(of: found) else { return nil }
            bytes = WireBytes(sent: counts.sent, received: counts.received)
            self.descriptor = found
        }
    }

    /// The numbers of all files that this process has open.
    static func descriptors() -> [Int32] {
        guard let folder = opendir("/proc/self/fd") else { return [] }
        defer { closedir(folder) }
        var descriptors: [Int32] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let descriptor = Int32(name) { descriptors.append(descriptor) }
        }
        return descriptors
    }

    /// The port at the other end of a socket of TCP; nil of anything else.
    static func peerPort(of descriptor: Int32) -> Int? {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) }
        }
        let family = Int32(address.ss_family)
        guard result == 0, family == AF_INET || family == AF_INET6 else { return nil }
        // sockaddr_in and sockaddr_in6 both have the port, in network order, behind the family.
        return withUnsafeBytes(of: address) { Int($0[2]) << 8 | Int($0[3]) }
    }

    private static func counts(of descriptor: Int32) -> (sent: UInt64, received: UInt64)? {
        withUnsafeTemporaryAllocation(byteCount: 512, alignment: 8) { buffer in
            var length = socklen_t(buffer.count)
            guard getsockopt(descriptor, Int32(IPPROTO_TCP), tcpInfo, buffer.baseAddress, &length) == 0,
                Int(length) >= sentOffset + 8
            else { return nil }
            return (
                buffer.loadUnaligned(fromByteOffset: sentOffset, as: UInt64.self),
                buffer.loadUnaligned(fromByteOffset: receivedOffset, as: UInt64.self)
            )
        }
    }
}
