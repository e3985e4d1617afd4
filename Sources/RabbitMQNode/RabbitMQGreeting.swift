import Glibc

/// RabbitMQ's first words, by which it shows that it is ready, and which version it is.
package enum RabbitMQGreeting {
    /// AMQP 0-9-1, 4.2.2: the protocol header.
    private static let protocolHeader = Array("AMQP\u{0}\u{0}\u{9}\u{1}".utf8)
    /// The longest connection.start that is waited for.
    private static let maxBytes = 16 * 1024

    /// Says hello at `port` of an address of loopback and waits for connection.start; returns the version in it, nil without an answer.
    ///
    /// No user, password or exchange is involved: whoever speaks AMQP 0-9-1 answers.
    package static func hear(
        at address: String = "127.0.0.1", port: Int, timeout: Duration = .seconds(1)
    ) async throws -> String? {
        let socket = LoopbackSocket.make()
        guard socket >= 0 else { return nil }
        defer { close(socket) }
        guard LoopbackSocket.connect(socket, address, port: port) else { return nil }
        return try await hear(on: socket, timeout: timeout)
    }

    /// The same with a socket that is connected, or about to be; it stays open.
    static func hear(on socket: Int32, timeout: Duration = .seconds(1)) async throws -> String? {
        let deadline = ContinuousClock.now + timeout
        var unsent = protocolHeader[...]
        var received: [UInt8] = []
        while ContinuousClock.now < deadline {
            if !unsent.isEmpty {
                let sent = unsent.withUnsafeBytes { bytes in
                    send(socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
                }
                if sent > 0 { unsent = unsent.dropFirst(sent) }
                if sent < 0 && errno != EAGAIN { return nil }
            }
            var chunk = [UInt8](repeating: 0, count: 4096)
            let count = recv(socket, &chunk, chunk.count, Int32(MSG_DONTWAIT))
            if count == 0 || (count < 0 && errno != EAGAIN && errno != ENOTCONN) { return nil }
            if count > 0 {
                received += chunk[..<count]
                if let version = try? version(received) { return version }
                if received.count > maxBytes { return nil }
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        return nil
    }

    /// Whether a connection to a port of loopback is taken.
    static func isListening(at address: String, port: Int, timeout: Duration = .seconds(1)) async throws -> Bool {
        let socket = LoopbackSocket.make()
        guard socket >= 0 else { return false }
        defer { close(socket) }
        guard LoopbackSocket.connect(socket, address, port: port) else { return false }
        let deadline = ContinuousClock.now + timeout
        while ContinuousClock.now < deadline {
            var attempt = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
            if poll(&attempt, 1, 0) != 0 { return attempt.revents == Int16(POLLOUT) }
            try await Task.sleep(for: .milliseconds(5))
        }
        return false
    }

    /// The version in a connection.start, empty if there is none in it; throws while it is incomplete.
    private static func version(_ frame: [UInt8]) throws(Incomplete) -> String {
        // A frame (2.3.5) of type method on channel 0, its size, the method connection.start (10, 10), the frame-end.
        guard frame.count >= 11 else { throw Incomplete() }
        let size = frame[3..<7].reduce(0) { $0 << 8 | Int($1) }
        guard frame[0] == 1, frame[7..<11].elementsEqual([0, 10, 0, 10]) else { return "" }
        guard frame.count >= size + 8 else { throw Incomplete() }
        // In server-properties, a field table (4.2.5.5): the key as a short string, 'S', the value as a long string.
        let key = [7] + Array("versionS".utf8)
        for start in 11..<max(11, frame.count - key.count - 4) where frame[start...].starts(with: key) {
            let length = frame[(start + key.count)...].prefix(4).reduce(0) { $0 << 8 | Int($1) }
            let text = frame[(start + key.count + 4)...].prefix(length)
            return String(decoding: text, as: UTF8.self)
        }
        return ""
    }

    private struct Incomplete: Error {}
}
