import HTTP2

/// The header lists that a server answers a call with, and what follows from them.
struct CallReply {
    /// The most that they may hold, counted as RFC 9113 6.5.2 does.
    static let maxHeaderListSize = 16 * 1024
    /// A header list so much larger costs the connection.
    static let maxHeaderBytes = 256 * 1024

    private var httpStatus = 0
    private var isGRPC = false
    private var mediaType: String?
    private var code: Int?
    private var message: [UInt8] = []
    private(set) var headerListSize = 0
    private(set) var encoding = MessageEncoding.identity
    private(set) var unknownEncoding: String?
    /// Of the header list that is being received.
    private(set) var metadata = Metadata()
    private(set) var hasInitialMetadata = false

    /// A header list begins.
    mutating func begin() {
        metadata = Metadata()
    }

    /// Takes the initial metadata, once.
    mutating func takeInitialMetadata() -> Metadata? {
        // RFC 9113 8.1: an interim answer (1xx) is followed by the final one.
        guard !hasInitialMetadata, httpStatus >= 200 else { return nil }
        hasInitialMetadata = true
        return metadata
    }

    mutating func addField(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        headerListSize &+= name.count &+ value.count &+ 32
        guard headerListSize <= Self.maxHeaderListSize else { return }
        if name.equals(":status") {
            httpStatus = value.decimal() ?? 0
        } else if name.equals("grpc-status") {
            code = value.decimal() ?? GRPCStatus.Code.unknown.rawValue
        } else if name.equals("grpc-message") {
            message = Array(value)
        } else if name.equals("content-type") {
            isGRPC = value.isGRPCMediaType()
            mediaType = value.shortText()
        } else if name.equals("grpc-encoding") {
            if let known = MessageEncoding(value) { encoding = known } else { unknownEncoding = value.shortText() }
        } else {
            metadata.take(name, value)
        }
    }

    /// The outcome, now that the server's side of the stream has ended.
    var end: CallEnd {
        if headerListSize > Self.maxHeaderListSize {
            let limit = Self.maxHeaderListSize
            return CallEnd(status: GRPCStatus(.resourceExhausted, "the header list is larger than \(limit) bytes"))
        }
        if let code {
            // "Statuscodes": a code that is not known counts as UNKNOWN.
            let known = GRPCStatus.Code(rawValue: code) ?? .unknown
            return CallEnd(status: GRPCStatus(known, PercentEncoding.decode(message)), trailingMetadata: metadata)
        }
        if httpStatus != 200 {
            return CallEnd(
                status: GRPCStatus(Self.code(ofHTTP: httpStatus), "HTTP status \(httpStatus) and no gRPC status"))
        }
        if !isGRPC {
            return CallEnd(
                status: GRPCStatus(.unknown, "content-type \(mediaType ?? "none") and no gRPC status"))
        }
        return CallEnd(status: GRPCStatus(.internalError, "the answer ended without a gRPC status"))
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
    static func end(resetWith errorCode: UInt32) -> CallEnd {
        let name = HTTP2Session.name(ofErrorCode: errorCode)
        let code: GRPCStatus.Code =
            switch name {
            case "REFUSED_STREAM": .unavailable
            case "CANCEL": .cancelled
            case "ENHANCE_YOUR_CALM": .resourceExhausted
            case "INADEQUATE_SECURITY": .permissionDenied
            default: .internalError
            }
        return CallEnd(
            status: GRPCStatus(code, "the stream was reset with \(name)"), isUnprocessed: name == "REFUSED_STREAM")
    }
}
