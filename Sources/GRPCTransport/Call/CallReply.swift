import HTTP2

/// The header lists that a server answers a call with, and what follows from them.
package struct CallReply {
    /// The largest message that an entry's answer may be; the contract's is a short text.
    static let maxMessageBytes = 64 * 1024
    /// The most that the header lists may hold, counted as RFC 9113 6.5.2 does.
    static let maxListSize = 16 * 1024

    private(set) var httpStatus = 0
    private(set) var isGRPC = false
    /// The content type, where it is not gRPC's.
    private(set) var mediaType: String?
    /// The number of `grpc-status`.
    package private(set) var code: Int?
    private(set) var message: [UInt8]?
    package private(set) var listSize = 0
    private var encoding = MessageEncoding.identity
    private var unknownEncoding: String?
    /// The fault that made this side give the call up.
    var defect: String?

    package init() {}

    /// Whether the header list is that of the final answer: RFC 9113 8.1, an interim one (1xx) may come before it.
    package var isFinal: Bool { httpStatus >= 200 }

    /// Takes a field of a header list or of the trailers; returns whether it is one of gRPC's own, or too much.
    @discardableResult
    package mutating func addField(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
        listSize &+= name.count &+ value.count &+ 32
        if listSize > Self.maxListSize {
            defect = defect ?? "the header list is larger than \(Self.maxListSize) bytes"
            return true
        }
        switch name.count {
        case 7 where name.equals(":status"): httpStatus = value.decimal() ?? 0
        case 11 where name.equals("grpc-status"): code = value.decimal() ?? GRPCStatus.Code.unknown.rawValue
        case 12 where name.equals("grpc-message"): message = Array(value)
        case 12 where name.equals("content-type"):
            isGRPC = value.isGRPCMediaType()
            if !isGRPC { mediaType = value.shortText() }
        case 13 where name.equals("grpc-encoding"):
            if let known = MessageEncoding(value) { encoding = known } else { unknownEncoding = value.shortText() }
        default: return false
        }
        return true
    }

    /// The text of `grpc-message`.
    var text: String { PercentEncoding.decode(message ?? []) }

    /// The outcome, now that the server's side of the stream has ended.
    package var status: GRPCStatus {
        if listSize > Self.maxListSize {
            return GRPCStatus(.resourceExhausted, "the header list is larger than \(Self.maxListSize) bytes")
        }
        // "Statuscodes": a code that is not known counts as UNKNOWN.
        if let code { return GRPCStatus(GRPCStatus.Code(rawValue: code) ?? .unknown, text) }
        if httpStatus != 200 {
            return GRPCStatus(Self.code(ofHTTP: httpStatus), "HTTP status \(httpStatus) and no gRPC status")
        }
        if !isGRPC { return GRPCStatus(.unknown, "content-type \(mediaType ?? "none") and no gRPC status") }
        return GRPCStatus(.internalError, "the answer ended without a gRPC status")
    }

    /// gRPC, "HTTP to gRPC Status Code Mapping".
    private static func code(ofHTTP status: Int) -> GRPCStatus.Code {
        switch status {
        case 400: .internalError
        case 401: .unauthenticated
        case 403: .permissionDenied
        case 404: .unimplemented
        case 429, 502, 503, 504: .unavailable
        default: .unknown
        }
    }

    /// The outcome of a call whose stream was reset: gRPC over HTTP2, "Errors".
    package static func status(resetWith errorCode: UInt32) -> GRPCStatus {
        let name = HTTP2Session.name(ofErrorCode: errorCode)
        let code: GRPCStatus.Code =
            switch name {
            case "REFUSED_STREAM": .unavailable
            case "CANCEL": .cancelled
            case "ENHANCE_YOUR_CALM": .resourceExhausted
            case "INADEQUATE_SECURITY": .permissionDenied
            default: .internalError
            }
        return GRPCStatus(code, "the stream was reset with \(name)")
    }

    /// Decompresses a message: gRPC, "Compression".
    package func inflate(_ message: RawSpan, maxBytes: Int) throws(GRPCStatus) -> [UInt8] {
        if let unknownEncoding {
            throw GRPCStatus(.internalError, "the server compressed with \(unknownEncoding), which was not offered")
        }
        guard case .gzip = encoding else {
            throw GRPCStatus(.internalError, "a message is compressed with no or identity grpc-encoding")
        }
        do throws(Gzip.Failure) {
            let inflation = try Inflation(maxBytes: maxBytes)
            var budget = Int.max
            _ = try inflation.step(message, budget: &budget)
            return inflation.output
        } catch {
            throw GRPCStatus(error, maxBytes: maxBytes)
        }
    }
}
