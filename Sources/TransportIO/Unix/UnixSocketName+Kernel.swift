package import Broker
package import Glibc
import NIOCore

/// Unix domain sockets as the kernel has them.
///
/// NIO takes no path of more than 103 bytes, and fills an abstract name up with zero bytes, which makes another name of it.
extension UnixSocketName {
    /// Lends the address, as long as it is: a path ends with a zero byte, and of an abstract name each byte counts.
    package func withAddress<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        let bytes: [UInt8] =
            switch self {
            case .path(let path): Array(path.utf8) + [0]
            case .abstract(let name): [0] + Array(name.utf8)
            }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes.prefix($0.count)) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    /// A new socket, which neither blocks nor is left to the programs that this one starts.
    static func makeSocket() throws(IOError) -> CInt {
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
        return descriptor
    }

    /// A new socket that is connected to the one of this name: at once, or not at all.
    func connect() throws(IOError) -> CInt {
        let descriptor = try Self.makeSocket()
        let failure = withAddress { Glibc.connect(descriptor, $0, $1) == 0 ? 0 : errno }
        guard failure == 0 else {
            close(descriptor)
            throw IOError(errnoCode: failure, reason: "connect")
        }
        return descriptor
    }

    /// Gives a socket this name.
    func bind(_ descriptor: CInt) throws(IOError) {
        let failure = withAddress { Glibc.bind(descriptor, $0, $1) == 0 ? 0 : errno }
        guard failure == 0 else { throw IOError(errnoCode: failure, reason: "bind") }
    }
}
