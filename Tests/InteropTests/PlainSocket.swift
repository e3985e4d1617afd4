import Glibc
import Testing

/// A TCP connection that says what a test wants and reads only when it is told to.
final class PlainSocket {
    private let descriptor: Int32

    /// Connects to `address`, as in 127.0.0.1:41234.
    /// - Parameter source: the address to come from.
    init(to address: String, from source: String = "127.0.0.1") throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.descriptor = descriptor
        // What cannot be read or said within this time is an error of the test.
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
        }
        let port = try #require(address.split(separator: ":").last.flatMap { UInt16($0) })
        try #require(Self.with(source, 0) { bind(descriptor, $0, $1) } == 0)
        try #require(Self.with("127.0.0.1", port) { connect(descriptor, $0, $1) } == 0)
    }

    deinit {
        close(descriptor)
    }

    private static func with(_ host: String, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32)
        -> Int32
    {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        inet_pton(AF_INET, host, &name.sin_addr)
        return withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Says all of it; returns whether the peer was there to take it.
    @discardableResult
    func say(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    @discardableResult
    func say(_ text: String) -> Bool {
        say(Array(text.utf8))
    }

    /// What has come next, as text: at most `limit` bytes, and at least one; empty when the peer has closed the connection.
    func hear(limit: Int = 65_536) throws -> String {
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = recv(descriptor, &bytes, limit, 0)
        // A connection that is closed with something unread in it is reset.
        if count < 0 && errno == ECONNRESET { return "" }
        try #require(count >= 0, "nothing came within 20 s")
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    /// All that comes until the peer closes the connection.
    func hearAll() throws -> String {
        var text = ""
        while case let part = try hear(), !part.isEmpty { text += part }
        return text
    }
}
