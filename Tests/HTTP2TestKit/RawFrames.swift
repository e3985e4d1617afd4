package import NIOCore

/// HTTP/2 frames made and read without nghttp2's session, as a peer that breaks the rules would make them.
package struct RawFrames {
    package enum Kind {
        package static let data: UInt8 = 0
        package static let headers: UInt8 = 1
        package static let priority: UInt8 = 2
        package static let reset: UInt8 = 3
        package static let settings: UInt8 = 4
        package static let pushPromise: UInt8 = 5
        package static let ping: UInt8 = 6
        package static let goaway: UInt8 = 7
        package static let windowUpdate: UInt8 = 8
        package static let continuation: UInt8 = 9
    }

    package static let endStream: UInt8 = 1
    package static let endHeaders: UInt8 = 4
    package static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    package private(set) var bytes = ByteBuffer()

    /// Starts with nothing, in the middle of a connection.
    package init() {}

    /// Starts a client's side: preface and empty SETTINGS.
    package static func client() -> RawFrames {
        var frames = RawFrames()
        frames.bytes.writeBytes(preface)
        frames.add(Kind.settings, 0, 0, [])
        return frames
    }

    /// Starts a client's side with the preface's first half only.
    static func withoutSettings() -> RawFrames {
        var frames = RawFrames()
        frames.bytes.writeBytes(preface)
        return frames
    }

    /// Starts a server's side: SETTINGS, with entries of an identifier and a value.
    package static func server(_ settings: [(UInt16, UInt32)] = []) -> RawFrames {
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
    package mutating func add(_ kind: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: [UInt8]) {
        bytes.writeInteger(UInt8(payload.count >> 16))
        bytes.writeInteger(UInt16(payload.count & 0xFFFF))
        bytes.writeInteger(kind)
        bytes.writeInteger(flags)
        bytes.writeInteger(stream)
        bytes.writeBytes(payload)
    }

    /// Adds a header list as one frame.
    package mutating func addHeaders(_ stream: UInt32, _ fields: [(String, String)], endStream: Bool) {
        add(Kind.headers, Self.endHeaders | (endStream ? Self.endStream : 0), stream, Self.block(fields))
    }

    /// A header list of literals that are not indexed (RFC 7541 6.2.2), texts of up to 126 bytes.
    static func block(_ fields: [(String, String)]) -> [UInt8] {
        var block: [UInt8] = []
        for (name, value) in fields {
            block += [0, UInt8(name.utf8.count)] + Array(name.utf8)
            block += [UInt8(value.utf8.count)] + Array(value.utf8)
        }
        return block
    }

    package mutating func addData(_ stream: UInt32, _ payload: [UInt8], endStream: Bool) {
        add(Kind.data, endStream ? Self.endStream : 0, stream, payload)
    }
}
