package import Broker
import Dispatch
import Glibc
import Synchronization
import TransportIO

/// A connection that says what a test wants, and reads only when it is told to.
package final class RawSocket: Sendable {
    /// -1 once it is closed.
    private let descriptor: Atomic<Int32>

    /// Connects.
    /// - Parameters:
    ///   - endpoint: an address and a port, or a Unix domain socket.
    ///   - source: the address of TCP to come from; nil for what the kernel takes.
    ///   - patience: what cannot be read or said within this time is an error of the test.
    package init(to endpoint: Endpoint, from source: String? = nil, patience: Duration = .seconds(20)) throws {
        let peer = try SocketAddress(endpoint)
        let descriptor = socket(peer.family, Int32(SOCK_STREAM.rawValue), 0)
        self.descriptor = Atomic(descriptor)
        let (seconds, attoseconds) = patience.components
        var time = timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
        }
        if let source {
            let own = try SocketAddress(Endpoint(host: source, port: 0))
            guard own.with({ bind(descriptor, $0, $1) }) == 0 else { throw SocketFailure("bind") }
        }
        guard peer.with({ connect(descriptor, $0, $1) }) == 0 else { throw SocketFailure("connect") }
    }

    /// Connects to `address`, as in 127.0.0.1:41234.
    package convenience init(to address: String, from source: String? = nil) throws {
        try self.init(to: try Endpoint(parsing: address), from: source)
    }

    deinit {
        close()
    }

    /// Ends the connection.
    package func close() {
        let descriptor = descriptor.exchange(-1, ordering: .relaxed)
        if descriptor >= 0 { Glibc.close(descriptor) }
    }

    /// Ends the connection by resetting it.
    package func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
            descriptor.load(ordering: .relaxed), SOL_SOCKET, SO_LINGER, &linger,
            socklen_t(MemoryLayout<Glibc.linger>.size))
        close()
    }

    /// Says no more; the peer may.
    package func endOutput() {
        shutdown(descriptor.load(ordering: .relaxed), Int32(SHUT_WR))
    }

    /// Says all of it; returns whether the peer was there to take it.
    @discardableResult
    package func say(_ bytes: [UInt8]) async -> Bool {
        await onThread { descriptor in
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
    }

    /// Says all of a text; returns whether the peer was there to take it.
    @discardableResult
    package func say(_ text: String) async -> Bool {
        await say(Array(text.utf8))
    }

    /// What has come next, as text: at most `limit` bytes, and at least one; empty when the peer has closed the connection.
    package func hear(limit: Int = 65_536) async throws -> String {
        let (bytes, failure) = await onThread { descriptor in
            var bytes = [UInt8](repeating: 0, count: limit)
            let count = recv(descriptor, &bytes, limit, 0)
            return (bytes.prefix(max(count, 0)), count < 0 ? errno : 0)
        }
        // A connection that is closed with something unread in it is reset.
        guard [0, ECONNRESET].contains(failure) else {
            errno = failure
            throw SocketFailure("receive")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// All that comes until the peer closes the connection.
    package func hearAll() async throws -> String {
        var text = ""
        while case let part = try await hear(), !part.isEmpty { text += part }
        return text
    }

    /// Waits for a call that may block, on a thread of its own: those that tests run on are few.
    private func onThread<R: Sendable>(_ call: @escaping @Sendable (Int32) -> R) async -> R {
        let descriptor = descriptor.load(ordering: .relaxed)
        return await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: call(descriptor)) }
        }
    }
}

/// An address of IPv4 or IPv6 and a port, or a Unix domain socket's, as the kernel has them.
private struct SocketAddress {
    private var storage = sockaddr_storage()
    private var size: socklen_t

    init(_ endpoint: Endpoint) throws {
        switch endpoint {
        case .tcp(let host, let port): try self.init(host, port)
        case .unix(let name): self.init(name)
        }
    }

    private init(_ name: UnixSocketName) {
        (storage, size) = name.withAddress { address, size in
            var storage = sockaddr_storage()
            withUnsafeMutableBytes(of: &storage) { bytes in
                bytes.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(size)))
            }
            return (storage, size)
        }
    }

    private init(_ host: String, _ port: Int) throws {
        var hints = addrinfo()
        (hints.ai_flags, hints.ai_socktype) = (AI_NUMERICHOST, Int32(SOCK_STREAM.rawValue))
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0, let found else {
            throw SocketFailure("find \(host):\(port)")
        }
        defer { freeaddrinfo(found) }
        size = found.pointee.ai_addrlen
        withUnsafeMutableBytes(of: &storage) { bytes in
            bytes.copyMemory(from: UnsafeRawBufferPointer(start: found.pointee.ai_addr, count: Int(size)))
        }
    }

    var family: Int32 { Int32(storage.ss_family) }

    func with(_ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { call($0, size) }
        }
    }
}
