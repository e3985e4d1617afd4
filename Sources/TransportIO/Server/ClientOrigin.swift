import Glibc
import NIOCore

/// From where a server's client comes, for limits and for people.
enum ClientOrigin {
    /// What can be told of a connection that was just accepted, on whatever loop.
    enum Accepted {
        /// Its IP address.
        case address(String)
        /// Of which only its own loop can tell who it is: ``ClientOrigin/of(_:)``.
        case unixSocket
        /// It was reset before it was accepted.
        case gone
    }

    /// From where a connection comes that was just accepted.
    static func ofAccepted(_ channel: any Channel) -> Accepted {
        switch channel.remoteAddress {
        case .unixDomainSocket?: .unixSocket
        case let address: address?.ipAddress.map(Accepted.address) ?? .gone
        }
    }

    /// The IP address; for a Unix domain socket, which is another process's on this machine, the user of that process.
    static func of(_ channel: any Channel) -> String {
        switch channel.remoteAddress {
        case .unixDomainSocket?: user(of: channel).map { "user \($0)" } ?? "a Unix socket"
        // A client that has gone already has none any more.
        case let address: address?.ipAddress ?? "an unknown address"
        }
    }

    /// The user that the kernel noted when the client connected (`SO_PEERCRED`, unix(7)); on the channel's event loop.
    private static func user(of channel: any Channel) -> UInt32? {
        // struct ucred: the numbers of process, user and group.
        var credentials: [UInt32] = [0, 0, 0]
        var size = socklen_t(MemoryLayout<UInt32>.size * credentials.count)
        guard let socket = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: CInt.self, { $0 }),
            getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0
        else { return nil }
        return credentials[1]
    }
}
