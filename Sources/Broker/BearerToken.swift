/// A text that a client shows to be let in (RFC 6750); whoever has it is.
public struct BearerToken: Sendable, Hashable, CustomStringConvertible {
    /// How long a token may be, in bytes.
    public static let lengths = 1...4096

    private let bytes: [UInt8]

    /// Creates a token; nil where the text is not 1 to 4,096 visible characters of ASCII, which a header field can hold.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard Self.lengths.contains(bytes.count), bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        self.bytes = bytes
    }

    /// The value of the field `Authorization` that shows it.
    public var credentials: String { "Bearer " + String(decoding: bytes, as: UTF8.self) }

    /// Whether the value of a field `Authorization` shows it.
    ///
    /// How long that takes tells nothing of the token but its length.
    public func isShown(by credentials: RawSpan) -> Bool {
        let scheme = Array("bearer ".utf8)
        guard credentials.byteCount > scheme.count else { return false }
        for index in scheme.indices {
            let byte = credentials.byte(index)
            // RFC 9110, 11.1: without regard to case.
            guard (byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte) == scheme[index] else { return false }
        }
        var (start, end) = (scheme.count, credentials.byteCount)
        while start < end, credentials.byte(start) == 0x20 { start += 1 }
        while start < end, credentials.byte(end - 1) == 0x20 { end -= 1 }
        var difference: UInt8 = end - start == bytes.count ? 0 : 1
        for index in bytes.indices {
            difference |= bytes[index] ^ (start + index < end ? credentials.byte(start + index) : 0)
        }
        return difference == 0
    }

    /// Not the token: it has no business in a log.
    public var description: String { "a token" }
}

extension RawSpan {
    fileprivate func byte(_ offset: Int) -> UInt8 {
        unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }
}
