import Foundation
import Glibc
import Synchronization

/// A logger's control API on a socket: just enough HTTP/1.1 for the benchmark's requests, one connection a thread.
final class ControlServer: Sendable {
    /// What a request is answered with: a status and a body.
    typealias Answer = @Sendable (_ method: String, _ path: String) -> (status: Int, body: String)

    /// Where it listens.
    let target: String
    let connectionCount = Mutex(0)
    private let listener: Int32
    private let answer: Answer

    init(_ answer: @escaping Answer) throws {
        self.answer = answer
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        self.listener = listener
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, pointer, &length) == 0
            }
        }
        guard isListening else { throw POSIXError(.EADDRNOTAVAIL) }
        target = "127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        Thread { [self] in
            // Here and not in stop(): the number could be another's before accept(2) has returned.
            defer { close(listener) }
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                connectionCount.withLock { $0 += 1 }
                Thread { self.serve(connection) }.start()
            }
        }.start()
    }

    /// Listens no more.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// Requests without a body end at an empty line; that is all there are.
    private func serve(_ connection: Int32) {
        defer { close(connection) }
        var received: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            while let end = received.firstRange(of: Array("\r\n\r\n".utf8)) {
                let line = String(decoding: received.prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
                received.removeSubrange(..<end.upperBound)
                let words = line.split(separator: " ").map(String.init)
                let (status, body) = answer(words[0], words[1])
                let reply = "HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                guard write(connection, reply, reply.utf8.count) > 0 else { return }
            }
            let count = read(connection, &chunk, chunk.count)
            guard count > 0 else { return }
            received += chunk.prefix(count)
        }
    }
}
