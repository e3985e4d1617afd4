package import NIOCore

extension SocketAddress {
    /// Whether it is an address of the loopback device: 127.0.0.0/8, ::1, or one of the former written as IPv6.
    ///
    /// A Unix domain socket, which no browser can reach, has none.
    package var isLoopback: Bool {
        switch self {
        case .v4: ipAddress?.hasPrefix("127.") ?? false
        case .v6: ipAddress == "::1" || ipAddress?.hasPrefix("::ffff:127.") ?? false
        case .unixDomainSocket: false
        }
    }
}
