import CNGHTTP2
import Glibc

/// Header lists that never change, in memory that lives for ever, so that nghttp2 copies neither names nor values.
enum HeaderField {
    /// A field whose name and value live for ever.
    static func fixed(_ name: StaticString, _ value: StaticString) -> nghttp2_nv {
        nghttp2_nv(
            name: UnsafeMutablePointer(mutating: name.utf8Start),
            value: UnsafeMutablePointer(mutating: value.utf8Start),
            namelen: name.utf8CodeUnitCount, valuelen: value.utf8CodeUnitCount,
            flags: UInt8(NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue))
    }

    /// A field whose value nghttp2 copies when it is submitted.
    ///
    /// Never indexed (RFC 7541 7.1.3): the value is not expected again, and would push the others out of the table.
    static func passing(_ name: StaticString, _ value: UnsafeMutableBufferPointer<UInt8>) -> nghttp2_nv {
        nghttp2_nv(
            name: UnsafeMutablePointer(mutating: name.utf8Start), value: value.baseAddress,
            namelen: name.utf8CodeUnitCount, valuelen: value.count,
            flags: UInt8(NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_INDEX.rawValue))
    }
}

/// A list of header fields in memory of its own.
struct HeaderList: ~Copyable {
    let fields: UnsafeMutablePointer<nghttp2_nv>
    let count: Int

    init(_ list: [nghttp2_nv]) {
        fields = .allocate(capacity: list.count)
        fields.initialize(from: list, count: list.count)
        count = list.count
    }

    deinit {
        fields.deallocate()
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether these are the bytes of `text`.
    @inline(__always)
    func equals(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount, let baseAddress else { return false }
        return memcmp(baseAddress, text.utf8Start, count) == 0
    }

    /// Whether the bytes begin with those of `text`.
    func starts(with text: StaticString) -> Bool {
        guard count >= text.utf8CodeUnitCount, let baseAddress else { return false }
        return memcmp(baseAddress, text.utf8Start, text.utf8CodeUnitCount) == 0
    }

    /// Whether the bytes are a media type of gRPC over HTTP2, "Content-Type": `application/grpc`, with `+proto` or
    /// parameters.
    func isGRPCMediaType() -> Bool {
        let type: StaticString = "application/grpc"
        guard starts(with: type) else { return false }
        let rest = self[type.utf8CodeUnitCount...]
        guard let separator = rest.first else { return true }
        if separator == UInt8(ascii: ";") { return true }
        return separator == UInt8(ascii: "+")
            && rest.dropFirst().prefix(while: { $0 != UInt8(ascii: ";") })
                .elementsEqual("proto".utf8)
    }

    /// The number that the bytes are in decimal digits, up to six of them; nil for anything else.
    func decimal() -> Int? {
        guard count > 0, count <= 6 else { return nil }
        var value = 0
        for byte in self {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return value
    }

    /// The bytes as text for a message, cut to a length that fits one line.
    func shortText() -> String {
        String(decoding: prefix(100), as: UTF8.self)
    }
}
