import Glibc
import NIOCore
import NIOPosix

/// Has TCP ask a silent peer whether it is there (RFC 9293, 3.8.4): one that has vanished with its machine or its network says no
/// goodbye, and would keep its connection for as long as one may be idle.
///
/// After a minute without a segment it is asked three times, 20 s apart, and then the connection has failed.
enum KeepAlive {
    /// The options of a socket, with their values.
    private static let options: [(ChannelOptions.Types.SocketOption, SocketOptionValue)] = [
        (ChannelOptions.Types.SocketOption(level: .socket, name: .so_keepalive), 1),
        (ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: TCP_KEEPIDLE)), 60),
        (ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: TCP_KEEPINTVL)), 20),
        (ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: TCP_KEEPCNT)), 3),
    ]

    /// Sets it for sockets that connect.
    static func set(on bootstrap: ClientBootstrap) -> ClientBootstrap {
        options.reduce(bootstrap) { $0.channelOption($1.0, value: $1.1) }
    }

    /// Sets it for a socket that listens, from which those have it that it accepts.
    static func set(on bootstrap: ServerBootstrap) -> ServerBootstrap {
        options.reduce(bootstrap) { $0.serverChannelOption($1.0, value: $1.1) }
    }
}
