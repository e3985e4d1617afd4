import ArgumentParser
import Broker

/// When a logger ends gRPC connections that break no rule.
struct GRPCConnectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "For gRPC: ask a client with a PING that has said nothing for so long. (default: 60)", valueName: "seconds")
    )
    var grpcKeepalive: Double?

    @Option(
        help: ArgumentHelp(
            "For gRPC: end the connection when that PING is not answered within so long. (default: 20)",
            valueName: "seconds"))
    var grpcKeepaliveTimeout: Double?

    @Option(
        help: ArgumentHelp(
            "For gRPC: end a connection gracefully that has had no call for so long. (default: 1800)",
            valueName: "seconds"))
    var grpcIdleTimeout: Double?

    @Option(
        help: ArgumentHelp(
            "For gRPC: end every connection gracefully after so long, so that clients spread over loggers again; their "
                + "calls go on over a new one. (default: never)", valueName: "seconds"))
    var grpcMaxAge: Double?

    @Option(
        help: ArgumentHelp("For gRPC: how long calls may last that are open then. (default: 30)", valueName: "seconds"))
    var grpcMaxAgeGrace: Double?

    func validate() throws {
        let all = [
            "--grpc-keepalive": grpcKeepalive, "--grpc-keepalive-timeout": grpcKeepaliveTimeout,
            "--grpc-idle-timeout": grpcIdleTimeout, "--grpc-max-age": grpcMaxAge,
            "--grpc-max-age-grace": grpcMaxAgeGrace,
        ]
        for (name, value) in all.sorted(by: { $0.key < $1.key }) {
            guard let value else { continue }
            guard (0.1...31_536_000).contains(value) else {
                throw ValidationError("\(name) takes 0.1 to 31536000 seconds.")
            }
        }
    }

    /// Puts what was told into the options of a transport.
    func apply(to options: inout ServerOptions) {
        options.connectionTimes.keepAlive = grpcKeepalive.map(Duration.seconds)
        options.connectionTimes.keepAliveTimeout = grpcKeepaliveTimeout.map(Duration.seconds)
        options.connectionTimes.idle = grpcIdleTimeout.map(Duration.seconds)
        options.connectionTimes.maxAge = grpcMaxAge.map(Duration.seconds)
        options.connectionTimes.maxAgeGrace = grpcMaxAgeGrace.map(Duration.seconds)
    }
}
