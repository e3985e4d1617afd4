import CNGHTTP2
import NIOCore

/// HTTP/2 frames made and read without nghttp2's session, as a peer that breaks the rules would make them.
struct RawFrames {
    enum Kind {
        static let data: UInt8 = 0
        static let headers: UInt8 = 1
        static let reset: UInt8 = 3
        static let settings: UInt8 = 4
        static let ping: UInt8 = 6
        static let goaway: UInt8 = 7
    }

    static let endStream: UInt8 = 1
    static let endHeaders: UInt8 = 4
    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    static let requestFields: [(String, String)] = [
        (":method", "POST"), (":scheme", "http"), (":path", "/logs.LogService/WriteLog"), (":authority", "x"),
        ("te", "trailers"), ("content-type", "application/grpc+proto"),
    ]

    private(set) var bytes = ByteBuffer()

    /// Starts a client's side: preface and empty SETTINGS.
    static func client() -> RawFrames {
        var frames = RawFrames()
        frames.bytes.writeBytes(preface)
        frames.add(Kind.settings, 0, 0, [])
        return frames
    }

    /// Starts a server's side: SETTINGS, with entries of an identifier and a value.
    static func server(_ settings: [(UInt16, UInt32)] = []) -> RawFrames {
        var frames = RawFrames()
        var payload = ByteBuffer()
        for (id, value) in settings {
            payload.writeInteger(id)
            payload.writeInteger(value)
        }
        frames.add(Kind.settings, 0, 0, Array(payload.readableBytesView))
        return frames
    }

    /// RFC 9113 4.1: length, type, flags, stream identifier, payload.
    mutating func add(_ kind: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: [UInt8]) {
        bytes.writeInteger(UInt8(payload.count >> 16))
        bytes.writeInteger(UInt16(payload.count & 0xFFFF))
        bytes.writeInteger(kind)
        bytes.writeInteger(flags)
        bytes.writeInteger(stream)
        bytes.writeBytes(payload)
    }

    /// A header list of literals that are not indexed (RFC 7541 6.2.2), texts of up to 126 bytes.
    mutating func addHeaders(_ stream: UInt32, _ fields: [(String, String)], endStream: Bool) {
        var block: [UInt8] = []
        for (name, value) in fields {
            block += [0, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)] + Array(value.utf8)
        }
        add(Kind.headers, Self.endHeaders | (endStream ? Self.endStream : 0), stream, block)
    }

    mutating func addData(_ stream: UInt32, _ payload: [UInt8], endStream: Bool) {
        add(Kind.data, endStream ? Self.endStream : 0, stream, payload)
    }

    /// A message behind its prefix.
    static func message(_ payload: [UInt8], flag: UInt8 = 0) -> [UInt8] {
        let count = UInt32(payload.count)
        return [flag, UInt8(count >> 24), UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255)]
            + payload
    }
}

/// What a peer said, read frame by frame.
struct ReadFrames {
    struct Frame {
        var kind: UInt8
        var flags: UInt8
        var stream: UInt32
        var payload: [UInt8]
        var fields: [String: String] = [:]

        var endsStream: Bool { flags & RawFrames.endStream != 0 }
        /// The 32-bit number at `offset` of the payload.
        func number(at offset: Int) -> UInt32 {
            payload[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
        }
    }

    private(set) var frames: [Frame] = []

    init(_ bytes: ByteBuffer) {
        var bytes = bytes
        var inflater: OpaquePointer?
        nghttp2_hd_inflate_new(&inflater)
        defer { nghttp2_hd_inflate_del(inflater) }
        while let head = bytes.readMultipleIntegers(as: (UInt8, UInt16, UInt8, UInt8, UInt32).self) {
            let payload = bytes.readBytes(length: Int(head.0) << 16 | Int(head.1)) ?? []
            var frame = Frame(kind: head.2, flags: head.3, stream: head.4, payload: payload)
            if frame.kind == RawFrames.Kind.headers { frame.fields = Self.inflate(payload, inflater) }
            frames.append(frame)
        }
    }

    private static func inflate(_ block: [UInt8], _ inflater: OpaquePointer?) -> [String: String] {
        var fields: [String: String] = [:]
        block.withUnsafeBufferPointer { block in
            var offset = 0
            while true {
                var field = nghttp2_nv()
                var flags: Int32 = 0
                let count = nghttp2_hd_inflate_hd2(
                    inflater, &field, &flags, block.baseAddress.map { $0 + offset }, block.count - offset, 1)
                guard count >= 0 else { return }
                offset += count
                if UInt32(flags) & NGHTTP2_HD_INFLATE_EMIT.rawValue != 0 {
                    let name = UnsafeBufferPointer(start: field.name, count: field.namelen)
                    let value = UnsafeBufferPointer(start: field.value, count: field.valuelen)
                    fields[String(decoding: name, as: UTF8.self)] = String(decoding: value, as: UTF8.self)
                }
                if UInt32(flags) & NGHTTP2_HD_INFLATE_FINAL.rawValue != 0 { break }
            }
            nghttp2_hd_inflate_end_headers(inflater)
        }
        return fields
    }

    /// The frames of a stream.
    func stream(_ id: UInt32) -> [Frame] {
        frames.filter { $0.stream == id }
    }
}
