/// Bytes that are no peer's protocol, or another one's.
enum Garbage {
    static let all: [[UInt8]] = [
        [0], [UInt8](repeating: 0xFF, count: 64), [UInt8](repeating: 0, count: 64), (0...255).map { UInt8($0) },
        Array("GET / HTTP/1.1\r\nhost: x\r\n\r\n".utf8),
        Array("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n".utf8),
        Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8), Array("AMQP\u{0}\u{0}\u{9}\u{1}".utf8),
        Array("hello\n".utf8), [0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1],
    ]
}
