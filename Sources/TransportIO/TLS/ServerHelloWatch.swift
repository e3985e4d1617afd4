import NIOCore

/// Reads in a server's first message, which is in cleartext, which cipher suite it has chosen: swift-nio-ssl does not tell.
///
/// It stands before the handler of TLS, and leaves the pipeline when it has seen enough: nothing that follows is held up by it.
final class ServerHelloWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// How many bytes the record has at most until the cipher suite ends: the session id has 32 of them.
    private static let mostBytes = 78

    /// The code of the cipher suite; nil until it is known.
    private(set) var cipherSuite: UInt16?
    private var seen = ByteBuffer()

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        seen.writeBytes(unwrapInboundIn(data).readableBytesView.prefix(Self.mostBytes - seen.readableBytes))
        cipherSuite = Self.cipherSuite(in: seen)
        context.fireChannelRead(data)
        guard cipherSuite != nil || seen.readableBytes == Self.mostBytes else { return }
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    /// The cipher suite in a record with a ServerHello; nil where that is something else, or not all of it is there.
    static func cipherSuite(in record: ByteBuffer) -> UInt16? {
        let start = record.readerIndex
        func byte(_ index: Int) -> UInt8? { record.getInteger(at: start + index) }
        // A record of the type handshake, with its version and length (RFC 8446, 5.1); the handshake type server_hello, with its
        // length (4); legacy_version, random, legacy_session_id_echo and cipher_suite (4.1.3), which TLS 1.2 has there, too.
        guard byte(0) == 22, byte(5) == 2, let sessionID = byte(43), sessionID <= 32 else { return nil }
        return record.getInteger(at: start + 44 + Int(sessionID))
    }
}

/// The cipher suites of TLS by their codes (IANA, TLS Cipher Suites).
enum CipherSuite {
    private static let names: [UInt16: String] = [
        0x1301: "TLS_AES_128_GCM_SHA256",
        0x1302: "TLS_AES_256_GCM_SHA384",
        0x1303: "TLS_CHACHA20_POLY1305_SHA256",
        0xC02B: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        0xC02C: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        0xC02F: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        0xC030: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        0xCCA8: "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        0xCCA9: "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    ]

    /// The name of one that a ``TLSContext`` offers; the code of another.
    static func name(_ code: UInt16) -> String {
        names[code] ?? "0x" + String(code, radix: 16, uppercase: true)
    }
}
