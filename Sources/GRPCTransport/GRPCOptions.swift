import Broker
import HTTP2
import NIOCore

/// What the logger's half can be told of gRPC: when it ends connections that break no rule, and how much it lets come.
enum GRPCOptions {
    static let keepAlive = TransportOption.seconds(
        "keepalive", of: .logger,
        "For gRPC: ask a client with a PING that has said nothing for so long. (default: 60)")

    static let keepAliveTimeout = TransportOption.seconds(
        "keepalive-timeout", of: .logger,
        "For gRPC: end the connection when that PING is not answered within so long. (default: 20)")

    static let idle = TransportOption.seconds(
        "idle-timeout", of: .logger,
        "For gRPC: end a connection gracefully that has had no call for so long. (default: 1800)")

    static let maxAge = TransportOption.seconds(
        "max-age", of: .logger,
        "For gRPC: end every connection gracefully after so long, so that clients spread over loggers again; their calls go on "
            + "over a new one. (default: never)")

    static let maxAgeGrace = TransportOption.seconds(
        "max-age-grace", of: .logger, "For gRPC: how long calls may last that are open then. (default: 30)")

    static let window = TransportOption<Int>.integer(
        "window", of: .logger, in: 65_535...HTTP2Session.Settings.server.connectionWindow,
        "For gRPC: how many bytes a client may send on a call, and on a connection, before they are acknowledged; a connection "
            + "carries no more than so many in a round trip. (default: 16 MiB, 64 MiB on a connection)")

    static let all: [any TransportOptionDeclaration] = [
        keepAlive, keepAliveTimeout, idle, maxAge, maxAgeGrace, window,
    ]
}

extension HTTP2Session.Settings {
    /// What the logger's half announces, but for what an operator has set.
    init(_ options: ServerOptions) {
        self = .server
        guard let window = options.own[GRPCOptions.window] else { return }
        (streamWindow, connectionWindow) = (window, window)
    }
}

extension ConnectionLimits {
    /// The defaults, but for what an operator has set.
    init(_ options: ServerOptions) {
        self.init(options.connections)
        let own = options.own
        keepAlive = own[GRPCOptions.keepAlive].map { TimeAmount($0) } ?? keepAlive
        keepAliveTimeout = own[GRPCOptions.keepAliveTimeout].map { TimeAmount($0) } ?? keepAliveTimeout
        idle = own[GRPCOptions.idle].map { TimeAmount($0) } ?? idle
        maxAge = own[GRPCOptions.maxAge].map { TimeAmount($0) } ?? maxAge
        maxAgeGrace = own[GRPCOptions.maxAgeGrace].map { TimeAmount($0) } ?? maxAgeGrace
    }
}
