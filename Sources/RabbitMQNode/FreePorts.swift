import Glibc

/// Ports of 127.0.0.1 that nothing listens on.
enum FreePorts {
    /// Finds `count` different ones, free but not reserved: someone else may be quicker.
    static func find(_ count: Int) throws(RabbitMQNodeError) -> [Int] {
        var sockets: [Int32] = []
        defer { for socket in sockets { close(socket) } }
        var ports: [Int] = []
        for _ in 0..<count {
            let socket = LoopbackSocket.make()
            sockets.append(socket)
            guard socket >= 0, let port = LoopbackSocket.bindToFreePort(socket) else {
                throw RabbitMQNodeError("no free port on 127.0.0.1: \(String(cString: strerror(errno)).lowercased())")
            }
            ports.append(port)
        }
        return ports
    }
}

/// The calls of the sockets API that are needed here, for 127.0.0.1.
enum LoopbackSocket {
    /// A TCP socket that never blocks; negative if there is none to be had.
    static func make() -> Int32 {
        socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    }

    static func bindToFreePort(_ socket: Int32) -> Int? {
        guard withAddress(port: 0, { bind(socket, $0, $1) }) == 0 else { return nil }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
        }
        return result == 0 ? Int(UInt16(bigEndian: address.sin_port)) : nil
    }

    /// Begins to connect; false if it was refused at once.
    static func connect(_ socket: Int32, port: Int) -> Bool {
        withAddress(port: port) { Glibc.connect(socket, $0, $1) } == 0 || errno == EINPROGRESS
    }

    private static func withAddress(port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}
