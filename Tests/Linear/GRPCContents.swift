import Broker
import GRPCTransport
import HTTP2TestKit
import NIOCore

extension Content {
    /// gRPC over HTTP/2 with protobuf.
    static let gRPC = [
        Content("grpc: DATA of one byte", steps: [.max, 1024, 16], to: server, opening: http2Opening) { length in
            let message = prefixed(request(data: length / 10))
            return Said(
                bytes: call(1) { frames in
                    for (index, byte) in message.enumerated() {
                        frames.addData(1, [byte], endStream: index == message.count - 1)
                    }
                })
        },
        Content("grpc: fields that are not known", to: server, opening: http2Opening) { length in
            Said(bytes: unary(prefixed(unknown(length) + request(data: 1))))
        },
        Content("grpc: groups that are not known", to: server, opening: http2Opening) { length in
            let group: [UInt8] = [0xA3, 0x01, 0xA3, 0x01, 0xA4, 0x01, 0xA4, 0x01]
            return Said(
                bytes: unary(prefixed(repeated(group, length / 8) + request(data: 1))))
        },
        Content("grpc: the same field again", to: server, opening: http2Opening) { length in
            let part = request(data: 1)
            return Said(bytes: unary(prefixed(repeated(part, length / part.count))))
        },
        Content("grpc: fields of a header list", length: 1000, steps: [.max, 64, 1], to: server, opening: http2Opening)
        { length in
            Said(
                bytes: call(1, fields: Array(repeating: ("x", "1"), count: length / 5)) { frames in
                    frames.addData(1, prefixed(request(data: 1)), endStream: true)
                })
        },
        Content("grpc: many calls", steps: [1024, 128], to: server, opening: http2Opening) { length in
            var (bytes, count) = ([UInt8](), 0)
            while bytes.count < length {
                bytes += unary(prefixed(request(data: 1)), stream: UInt32(2 * count + 1))
                count += 1
            }
            return Said(bytes: bytes, entries: count)
        },
        Content("grpc: many messages of a stream", length: 60 * 1024, to: server, opening: http2Opening) { length in
            let message = prefixed(request(data: 1))
            let count = length / message.count
            return Said(
                bytes: call(1, path: "/logs.LogService/WriteLogs") { frames in
                    frames.addPieces(1, repeated(message, count))
                }, entries: count)
        },
        Content("grpc: one large message of a stream", length: 1_000_000, to: server, opening: http2Opening) { length in
            Said(
                bytes: call(1, path: "/logs.LogService/WriteLogs") { frames in
                    frames.addPieces(1, prefixed(request(data: length)))
                })
        },
        Content("grpc: gzip of empty blocks", to: server, opening: http2Opening) { length in
            Said(
                bytes: call(1, fields: [("grpc-encoding", "gzip")]) { frames in
                    frames.addPieces(1, prefixed(StoredGzip.member(request(data: 1), emptyBlocks: length / 5), flag: 1))
                })
        },
        Content("grpc: gzip of much", length: 1_000_000, to: server, opening: http2Opening) { length in
            Said(
                bytes: call(1, fields: [("grpc-encoding", "gzip")]) { frames in
                    frames.addPieces(1, prefixed(StoredGzip.member(request(data: length), emptyBlocks: 0), flag: 1))
                })
        },
        Content("grpc: many gzip messages of a stream", to: server, opening: http2Opening) { length in
            let message = prefixed(StoredGzip.member(request(data: 1), emptyBlocks: 0), flag: 1)
            let count = length / message.count
            return Said(
                bytes: call(1, path: "/logs.LogService/WriteLogs", fields: [("grpc-encoding", "gzip")]) { frames in
                    frames.addPieces(1, repeated(message, count))
                }, entries: count)
        },
    ]

    @Sendable
    private static func server() throws -> any ServerTransport {
        try GRPC.descriptors[0].makeServer(ServerOptions(target: "127.0.0.1:0"))
    }

    private static func call(
        _ stream: UInt32, path: String = "/logs.LogService/WriteLog", fields: [(String, String)] = [],
        _ addData: (inout RawFrames) -> Void
    ) -> [UInt8] {
        var frames = RawFrames()
        let head = [
            (":method", "POST"), (":scheme", "http"), (":authority", "h"), (":path", path),
            ("content-type", "application/grpc"), ("te", "trailers"),
        ]
        frames.addHeaders(stream, head + fields, endStream: false)
        addData(&frames)
        return Array(frames.bytes.readableBytesView)
    }

    private static func unary(_ message: [UInt8], stream: UInt32 = 1) -> [UInt8] {
        call(stream) { $0.addPieces(stream, message) }
    }

    /// `LogRequest{logEntry: Log{name: "n", data: …}}`.
    private static func request(data: Int) -> [UInt8] {
        let log: [UInt8] = [0x0A, 1, UInt8(ascii: "n"), 0x12] + varint(data) + Array("d".repeated(data).utf8)
        return [0x0A] + varint(log.count) + log
    }

    /// Numbers in field 20.
    private static func unknown(_ length: Int) -> [UInt8] {
        repeated([0xA0, 0x01, 0x07], length / 3)
    }

    private static func varint(_ value: Int) -> [UInt8] {
        value < 128 ? [UInt8(value)] : [UInt8(value & 127 | 128)] + varint(value >> 7)
    }

    private static func prefixed(_ message: [UInt8], flag: UInt8 = 0) -> [UInt8] {
        [flag] + (0..<4).reversed().map { UInt8(truncatingIfNeeded: message.count >> ($0 * 8)) } + message
    }
}

extension RawFrames {
    /// Adds DATA frames of the size that every peer takes (RFC 9113, 4.2), the last of them with END_STREAM.
    fileprivate mutating func addPieces(_ stream: UInt32, _ bytes: [UInt8]) {
        for start in stride(from: 0, to: bytes.count, by: 16_384) {
            let end = min(start + 16_384, bytes.count)
            addData(stream, Array(bytes[start..<end]), endStream: end == bytes.count)
        }
    }
}

/// A gzip member that compresses nothing: RFC 1952, with stored blocks of RFC 1951, 3.2.4.
private enum StoredGzip {
    static func member(_ bytes: [UInt8], emptyBlocks: Int) -> [UInt8] {
        var member: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
        member += repeated(block([], isLast: false), emptyBlocks)
        for start in stride(from: 0, to: bytes.count, by: 65_535) {
            let end = min(start + 65_535, bytes.count)
            member += block(bytes[start..<end], isLast: end == bytes.count)
        }
        return member + littleEndian(crc(bytes)) + littleEndian(UInt32(bytes.count))
    }

    private static func block(_ bytes: ArraySlice<UInt8>, isLast: Bool) -> [UInt8] {
        let count = UInt16(bytes.count)
        return [isLast ? 1 : 0] + [UInt8(count & 255), UInt8(count >> 8), ~UInt8(count & 255), ~UInt8(count >> 8)]
            + bytes
    }

    private static func littleEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    private static func crc(_ bytes: [UInt8]) -> UInt32 {
        var crc: UInt32 = .max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }
}
