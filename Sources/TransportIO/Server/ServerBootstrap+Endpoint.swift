import Broker
import Glibc
import NIOCore
import NIOPosix

extension ServerBootstrap {
    /// How many connections may wait to be accepted.
    private static let backlog: CInt = 1024

    /// Binds a listener.
    func bind(to endpoint: Endpoint) async throws(ListenFailure) -> Listener {
        switch endpoint {
        case .tcp(let host, let port): try await bind(host, port)
        case .unix(let name): try await bind(name)
        }
    }

    /// Every address is that of IPv6 with IPv4 in it, or all of IPv4 where IPv6 is off.
    private func bind(_ host: String, _ port: Int) async throws(ListenFailure) -> Listener {
        let bootstrap = KeepAlive.set(on: self).serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: Self.backlog)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
        let endpoint = Endpoint(host: host, port: port)
        do {
            guard endpoint.isEverywhere else {
                return Listener(try await bootstrap.bind(host: host, port: port).get(), at: endpoint)
            }
            do {
                let v6Only = ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only)
                let channel = try await bootstrap.serverChannelOption(v6Only, value: 0).bind(host: "::", port: port)
                    .get()
                return Listener(channel, at: endpoint)
            } catch let error as IOError where [EAFNOSUPPORT, EADDRNOTAVAIL].contains(error.errnoCode) {
                return Listener(try await bootstrap.bind(host: "0.0.0.0", port: port).get(), at: endpoint)
            }
        } catch {
            throw ListenFailure(error)
        }
    }

    private func bind(_ name: UnixSocketName) async throws(ListenFailure) -> Listener {
        let socket = try UnixListener(name, backlog: Self.backlog)
        do {
            let channel = try await withBoundSocket(socket.descriptor).get()
            // NIO has listened again, with a backlog of its own that no option changes.
            listen(socket.descriptor, Self.backlog)
            return Listener(channel, at: .unix(name), file: socket.file)
        } catch {
            socket.file?.remove()
            throw ListenFailure(error)
        }
    }
}
