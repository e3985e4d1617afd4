import Glibc
import HTTP2

/// The host that a request of HTTP/2 is for, `:authority` or `host`, and what that means.
///
/// Clients name the same one again and again, so that it is looked at once. Header lists never interleave: while one is
/// received, this is its host.
struct RequestAuthority {
    private var bytes: [UInt8] = []
    private var isForeign = false

    /// Takes the host of a header list; returns whether it is none of this address's.
    @inline(__always)
    mutating func take(_ value: UnsafeBufferPointer<UInt8>, _ handler: RequestHandler) -> Bool {
        if !isSame(value) { learn(value, handler) }
        return isForeign
    }

    /// Whether that is the host that was taken last.
    @inline(__always)
    func isSame(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in
            guard bytes.count == value.count else { return false }
            guard let known = bytes.baseAddress, let new = value.baseAddress else { return true }
            return memcmp(known, new, value.count) == 0
        }
    }

    private mutating func learn(_ value: UnsafeBufferPointer<UInt8>, _ handler: RequestHandler) {
        bytes = Array(value)
        isForeign = !bytes.isEmpty && handler.refusal(ofHost: bytes.span.bytes) != nil
    }

    /// Whether that is the origin of a page from the host that was taken last.
    func isOrigin(_ origin: [UInt8]) -> Bool {
        HTTPAccess.isOrigin(origin.span.bytes, of: bytes.span.bytes)
    }
}
