import Broker
import NIOCore

/// What a server listens on.
struct Listener {
    private let channel: any Channel
    /// Where it was told to listen, at the port that it got.
    private let bound: Endpoint
    /// The file of its socket, where it has one.
    private let file: UnixSocketFile?

    init(_ channel: any Channel, at endpoint: Endpoint, file: UnixSocketFile? = nil) {
        (self.channel, self.file) = (channel, file)
        if case .tcp(let host, let port) = endpoint {
            bound = .tcp(host: host, port: channel.localAddress?.port ?? port)
        } else {
            bound = endpoint
        }
    }

    /// Where it can be connected to: of all addresses, at one of them.
    var endpoint: Endpoint {
        guard case .tcp(_, let port) = bound, bound.isEverywhere else { return bound }
        return .tcp(host: "127.0.0.1", port: port)
    }

    /// Where it listens, if that is where other machines can reach it.
    var openEndpoint: Endpoint? {
        if case .tcp = bound, channel.localAddress?.isLoopback == false { bound } else { nil }
    }

    /// Takes no more connections: who looks for the file of its socket finds none, or a successor's.
    func close() async {
        file?.remove()
        try? await channel.close().get()
    }
}
