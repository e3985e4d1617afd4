import Foundation

/// Whether a port of 127.0.0.1 can be listened on.
enum PortUse: Sendable, Hashable {
    case free
    /// Someone else listens there.
    case taken
    /// The system does not allow it.
    case unusable(reason: String)

    /// Finds out by listening there for a moment.
    init(of port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else {
            self = .unusable(reason: String(cString: strerror(errno)))
            return
        }
        defer { close(descriptor) }
        // As servers do: connections of an earlier one that are in TIME_WAIT do not count.
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        if isBound {
            self = .free
        } else {
            self = errno == EADDRINUSE ? .taken : .unusable(reason: String(cString: strerror(errno)))
        }
    }
}
