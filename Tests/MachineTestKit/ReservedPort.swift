import Glibc

/// A port of 127.0.0.1 that nobody listens on and nobody else is given: it is bound, and refuses connections.
package final class ReservedPort {
    private var descriptor: Int32
    /// What fills the backlog.
    private var waiting: [Int32] = []
    /// The address, as in 127.0.0.1:41234.
    package let address: String

    /// Binds a free port.
    package init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, size) == 0 && getsockname(descriptor, address, &size) == 0
            }
        }
        guard isBound else { throw SocketFailure("bind") }
        self.descriptor = descriptor
        self.address = "127.0.0.1:\(UInt16(bigEndian: name.sin_port))"
    }

    /// Accepts connections, as the kernel does it by itself, and never says a word on them.
    package func acceptInSilence() throws {
        guard listen(descriptor, 16) == 0 else { throw SocketFailure("listen") }
    }

    /// Takes no connection any more, and refuses none: as many wait to be accepted as may, so that the kernel drops what asks for
    /// a further one.
    package func acceptNothing() throws {
        guard listen(descriptor, 0) == 0 else { throw SocketFailure("listen") }
        repeat {
            guard waiting.count < 100 else { throw SocketFailure("fill the backlog") }
            waiting.append(try connecting())
        } while waiting.last.map(isConnected) == true
    }

    /// A socket that connects here, or tries to.
    private func connecting() throws -> Int32 {
        let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
        var name = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isUnderWay = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                getsockname(descriptor, address, &size) == 0
                    && (connect(client, address, size) == 0 || errno == EINPROGRESS)
            }
        }
        guard isUnderWay else { throw SocketFailure("connect") }
        return client
    }

    /// Whether a connection is made; on loopback that takes no time.
    private func isConnected(_ client: Int32) -> Bool {
        var wanted = pollfd(fd: client, events: Int16(POLLOUT), revents: 0)
        return poll(&wanted, 1, 200) == 1
    }

    /// Lets others bind the address, which is returned.
    package func release() -> String {
        for client in waiting { close(client) }
        waiting = []
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        return address
    }

    deinit {
        _ = release()
    }
}
