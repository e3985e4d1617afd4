import Glibc
import Testing

/// A port of 127.0.0.1 that nobody listens on and nobody else is given: it is bound, and refuses connections.
final class ReservedPort {
    private var descriptor: Int32
    /// The address, as in 127.0.0.1:41234.
    let address: String

    init() throws {
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
        try #require(isBound)
        self.descriptor = descriptor
        self.address = "127.0.0.1:\(UInt16(bigEndian: name.sin_port))"
    }

    /// Accepts connections, as the kernel does it by itself, and never says a word on them.
    func acceptInSilence() throws {
        try #require(listen(descriptor, 16) == 0)
    }

    /// Lets others bind the address, which is returned.
    func release() -> String {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        return address
    }

    deinit {
        _ = release()
    }
}
