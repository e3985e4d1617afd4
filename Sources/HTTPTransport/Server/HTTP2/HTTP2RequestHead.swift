import Broker
import EntryCodecs
import HTTP2

/// What the header list of a request says, as far as it decides how to go on (RFC 9113, 8.3.1).
///
/// That the list is well-formed, has what it needs and nothing that belongs to HTTP/1.1, nghttp2 has made sure of.
struct HTTP2RequestHead {
    /// The largest header list that is taken, counted as RFC 9113, 6.5.2 does.
    static let maxListSize = 16 * 1024

    enum Method {
        case post
        case other(String)

        var text: String {
            switch self {
            case .post: "POST"
            case .other(let text): text
            }
        }
    }

    enum Target {
        /// `CONNECT` has none.
        case missing
        /// The path that takes entries.
        case entries
        case other(String)
    }

    enum ContentType {
        /// JSON, too, where there is no content type.
        case taken(EntryCodec)
        case other(String)
    }

    enum Expectation {
        case none
        case `continue`
        case unknown
    }

    private(set) var method = Method.other("")
    private(set) var target = Target.missing
    private(set) var contentType = ContentType.taken(.json)
    private(set) var contentLength: Int?
    private(set) var expectation = Expectation.none
    private(set) var listSize = 0
    private var hasHost = false
    private var isForeignHost = false
    private var hasTwoHosts = false
    private var origin: [UInt8]?
    private var isOfForeignPage = false
    private var hasToken = false

    /// Whether the body is for Foundation to read.
    var isForFoundation: Bool {
        if case .taken(.foundationJSON) = contentType { true } else { false }
    }

    /// Takes a field of the header list.
    @inline(__always)
    mutating func add(
        _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>, for handler: RequestHandler,
        _ authority: inout RequestAuthority
    ) {
        listSize &+= name.count &+ value.count &+ 32
        guard listSize <= Self.maxListSize else { return }
        switch name.count {
        case 4 where name.equals("host"), 10 where name.equals(":authority"):
            if hasHost {
                if !authority.isSame(value) { hasTwoHosts = true }
            } else {
                hasHost = true
                isForeignHost = authority.take(value, handler)
            }
        case 5 where name.equals(":path"):
            target = handler.isEntryPath(value) ? .entries : .other(String(decoding: value, as: UTF8.self))
        case 6 where name.equals("expect"):
            // RFC 9110, 10.1.1: without regard to case.
            let isContinue = value.span.bytes.matches(0..<value.count, "100-continue")
            expectation = isContinue ? .continue : .unknown
        case 6 where name.equals("origin"):
            if origin != nil { isOfForeignPage = true }
            origin = Array(value)
        case 7 where name.equals(":method"):
            method = value.equals("POST") ? .post : .other(String(decoding: value, as: UTF8.self))
        case 12 where name.equals("content-type"):
            contentType =
                handler.codec(value.span.bytes).map { .taken($0) } ?? .other(String(decoding: value, as: UTF8.self))
        case 13 where name.equals("authorization"):
            hasToken = handler.configuration.access.token?.isShown(by: value.span.bytes) ?? false
        case 14 where name.equals("sec-fetch-site"):
            if !HTTPAccess.isOwnSite(value.span.bytes) { isOfForeignPage = true }
        case 14 where name.equals("content-length"):
            contentLength = value.decimal(maxDigits: 18) ?? .max
        default: break
        }
    }

    /// Why the request is refused, whatever its body.
    func fault(_ handler: RequestHandler, _ authority: borrowing RequestAuthority) -> HTTPFault? {
        if listSize > Self.maxListSize {
            return HTTPFault(431, "the header list exceeds the limit of \(Self.maxListSize) bytes")
        }
        // RFC 9113, 8.3.1: such a request is malformed.
        if hasTwoHosts { return HTTPFault(400, "Host is another one than :authority") }
        if isForeignHost { return .foreignHost }
        if isOfForeignPage { return .foreignPage }
        if let origin, !hasHost || !authority.isOrigin(origin) { return .foreignPage }
        if !hasToken, handler.configuration.access.token != nil { return .noToken }
        if case .unknown = expectation { return HTTPFault(417, "the only expectation is 100-continue") }
        guard let contentLength else { return nil }
        do throws(HTTPFault) {
            try handler.checkLength(contentLength)
            return nil
        } catch {
            return error
        }
    }
}
