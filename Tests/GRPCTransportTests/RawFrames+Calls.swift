import HTTP2TestKit

/// Calls made of frames.
extension RawFrames {
    static let requestFields: [(String, String)] = [
        (":method", "POST"), (":scheme", "http"), (":path", "/logs.LogService/WriteLog"), (":authority", "x"),
        ("te", "trailers"), ("content-type", "application/grpc+proto"),
    ]

    /// A message behind its prefix.
    static func message(_ payload: [UInt8], flag: UInt8 = 0) -> [UInt8] {
        let count = UInt32(payload.count)
        return [flag, UInt8(count >> 24), UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255)]
            + payload
    }
}
