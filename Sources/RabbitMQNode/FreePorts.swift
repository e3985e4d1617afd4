import Glibc

/// Ports of loopback that nothing listens on.
enum FreePorts {
    /// How many ports are tried until one is free at each address.
    private static let maxTries = 64

    /// Finds `count` different ones, free at each of the addresses but not reserved: someone else may be quicker.
    static func find(_ count: Int, at addresses: [String]) throws(RabbitMQNodeError) -> [Int] {
        var sockets: [Int32] = []
        defer { for socket in sockets { close(socket) } }
        var ports: [Int] = []
        var triesLeft = maxTries
        while ports.count < count {
            triesLeft -= 1
            // The first address chooses the port; the others have to have it, too.
            var port = 0
            let areFree = addresses.allSatisfy { address in
                let socket = LoopbackSocket.make()
                guard socket >= 0 else { return false }
                sockets.append(socket)
                guard let bound = LoopbackSocket.bind(socket, address, port: port) else { return false }
                port = bound
                return true
            }
            guard areFree || triesLeft > 0 else {
                throw RabbitMQNodeError(
                    "no free port on \(addresses.joined(separator: ", ")): "
                        + String(cString: strerror(errno)).lowercased())
            }
            if areFree { ports.append(port) }
        }
        return ports
    }
}

/// The calls of the sockets API that are needed here, for addresses of loopback.
enum LoopbackSocket {
    /// A TCP socket that never blocks; negative if there is none to be had.
    static func make() -> Int32 {
        socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    }

    /// Binds a socket to a port, 0 for a free one; returns the port, nil if that is taken.
    static func bind(_ socket: Int32, _ address: String, port: Int) -> Int? {
        guard withAddress(address, port: port, { Glibc.bind(socket, $0, $1) }) == 0 else { return nil }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
        }
        return result == 0 ? Int(UInt16(bigEndian: address.sin_port)) : nil
    }

    /// Begins to connect; false if it was refused at once.
    static func connect(_ socket: Int32, _ address: String, port: Int) -> Bool {
        withAddress(address, port: port) { Glibc.connect(socket, $0, $1) } == 0 || errno == EINPROGRESS
    }

    private static func withAddress(
        _ text: String, port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        guard inet_pton(AF_INET, text, &address.sin_addr) == 1 else { return -1 }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}
