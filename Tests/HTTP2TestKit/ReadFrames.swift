import CNGHTTP2
package import NIOCore

/// What a peer said, read frame by frame.
package struct ReadFrames {
    package struct Frame {
        package var kind: UInt8
        package var flags: UInt8
        package var stream: UInt32
        package var payload: [UInt8]
        package var fields: [String: String] = [:]

        package var endsStream: Bool { flags & RawFrames.endStream != 0 }

        /// The 32-bit number at `offset` of the payload.
        package func number(at offset: Int) -> UInt32 {
            payload[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
        }
    }

    package private(set) var frames: [Frame] = []

    package init(_ bytes: ByteBuffer) {
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
    package func stream(_ id: UInt32) -> [Frame] {
        frames.filter { $0.stream == id }
    }
}
