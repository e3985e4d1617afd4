import NIOCore
import NIOEmbedded
import Testing

@testable import TransportIO

/// What a client learns of the cipher suite from a server's first record.
@Suite(.timeLimit(.minutes(1))) struct ServerHelloTests {
    /// RFC 8448, 3: the record of {server} ServerHello.
    private static let record: [UInt8] = [
        0x16, 0x03, 0x03, 0x00, 0x5a, 0x02, 0x00, 0x00, 0x56, 0x03, 0x03, 0xa6, 0xaf, 0x06, 0xa4, 0x12, 0x18, 0x60,
        0xdc,
        0x5e, 0x6e, 0x60, 0x24, 0x9c, 0xd3, 0x4c, 0x95, 0x93, 0x0c, 0x8a, 0xc5, 0xcb, 0x14, 0x34, 0xda, 0xc1, 0x55,
        0x77,
        0x2e, 0xd3, 0xe2, 0x69, 0x28, 0x00, 0x13, 0x01, 0x00, 0x00, 0x2e, 0x00, 0x33, 0x00, 0x24, 0x00, 0x1d, 0x00,
        0x20,
        0xc9, 0x82, 0x88, 0x76, 0x11, 0x20, 0x95, 0xfe, 0x66, 0x76, 0x2b, 0xdb, 0xf7, 0xc6, 0x72, 0xe1, 0x56, 0xd6,
        0xcc,
        0x25, 0x3b, 0x83, 0x3d, 0xf1, 0xdd, 0x69, 0xb1, 0xb0, 0x4e, 0x75, 0x1f, 0x0f, 0x00, 0x2b, 0x00, 0x02, 0x03,
        0x04,
    ]

    private func suite(_ bytes: some Sequence<UInt8>) -> UInt16? {
        ServerHelloWatch.cipherSuite(in: ByteBuffer(bytes: bytes))
    }

    @Test func isFoundBehindTheSessionID() {
        #expect(suite(Self.record) == 0x1301)
        #expect(suite(Self.record.prefix(46)) == 0x1301)
        var record = Self.record
        record.replaceSubrange(43..<44, with: [32] + [UInt8](repeating: 7, count: 32))
        #expect(suite(record) == 0x1301)
        #expect(suite(record.prefix(78)) == 0x1301 && suite(record.prefix(77)) == nil)
        #expect(CipherSuite.name(0x1301) == "TLS_AES_128_GCM_SHA256" && CipherSuite.name(0xABC) == "0xABC")
    }

    @Test func isNotFoundInAnythingElse() {
        for end in 0..<46 { #expect(suite(Self.record.prefix(end)) == nil) }
        // An alert; another handshake message; a session id longer than there is.
        for (index, byte) in [(0, 21), (5, 1), (43, 33)] as [(Int, UInt8)] {
            var record = Self.record
            record[index] = byte
            #expect(suite(record) == nil)
        }
        #expect(suite(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8) + [UInt8](repeating: 0, count: 90)) == nil)
    }

    @Test(arguments: [[20, 25, 50], [95], [1, 94], [46, 49]]) func theWatchLetsEverythingThroughAndLeaves(
        _ pieces: [Int]
    ) throws {
        let (channel, watch) = (EmbeddedChannel(), ServerHelloWatch())
        try channel.pipeline.syncOperations.addHandler(watch)
        var left = Self.record[...]
        for piece in pieces {
            try channel.writeInbound(ByteBuffer(bytes: left.prefix(piece)))
            left = left.dropFirst(piece)
        }
        #expect(watch.cipherSuite == 0x1301 && left.isEmpty)
        var read = ByteBuffer()
        while var part = try channel.readInbound(as: ByteBuffer.self) { read.writeBuffer(&part) }
        #expect(Array(read.readableBytesView) == Self.record)
        #expect(throws: (any Error).self) {
            _ = try channel.pipeline.syncOperations.handler(type: ServerHelloWatch.self)
        }
        _ = try channel.finish()
    }

    @Test func theWatchLeavesAPeerThatSpeaksSomethingElse() throws {
        let (channel, watch) = (EmbeddedChannel(), ServerHelloWatch())
        try channel.pipeline.syncOperations.addHandler(watch)
        try channel.writeInbound(ByteBuffer(bytes: [UInt8](repeating: 0x48, count: 100)))
        #expect(watch.cipherSuite == nil)
        #expect(throws: (any Error).self) {
            _ = try channel.pipeline.syncOperations.handler(type: ServerHelloWatch.self)
        }
        _ = try channel.finish()
    }
}
