package import NIOCore

extension SocketAddress {
    /// Whether only this machine can reach the address: 127.0.0.0/8, ::1, or one of the former written as IPv6.
    package var isLoopback: Bool {
        switch self {
        case .v4: ipAddress?.hasPrefix("127.") ?? false
        case .v6: ipAddress == "::1" || ipAddress?.hasPrefix("::ffff:127.") ?? false
        case .unixDomainSocket: true
        }
    }
}
