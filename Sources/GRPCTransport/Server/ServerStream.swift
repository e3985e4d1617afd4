/// A call as the server sees it: one stream, from its header list to its trailers.
struct ServerStream {
    /// The most that a header list may hold, counted as RFC 9113 6.5.2 does: 32 bytes a field more than its text.
    static let maxHeaderListSize = 16 * 1024

    /// What a call is answered with when it does not come to an entry that is recorded.
    enum Refusal {
        case status(GRPCStatus)
        /// An HTTP answer, for requests that are not gRPC: gRPC over HTTP2, "Content-Type" and "Method".
        case http(StaticString)
    }

    /// What of the header list matters.
    struct Fields: OptionSet {
        let rawValue: UInt8

        static let post = Fields(rawValue: 1 << 0)
        static let path = Fields(rawValue: 1 << 1)
        static let mediaType = Fields(rawValue: 1 << 2)
        static let trailersWanted = Fields(rawValue: 1 << 3)

        static let all: Fields = [.post, .path, .mediaType, .trailersWanted]
    }

    /// The stream identifier; 0 where the slot is free.
    var id: Int32 = 0
    /// Tells the slot's uses apart.
    var generation: UInt32 = 0
    /// Whether the engine is going to look at the stream after what was received.
    var isNoted = false
    /// Whether nothing more comes from the client (END_STREAM).
    var isRemoteClosed = false
    /// Whether an answer was submitted, or the entry is with the recorder.
    var isSettled = false
    /// How many bytes of the reply were sent.
    var replySent = 0
    var message = ReceivedMessage()
    var refusal: Refusal?
    private var fields: Fields = []
    private var headerListSize = 0
    private var unknownPath: String?
    private var encoding: String?

    /// Makes a free slot ready for a stream.
    mutating func open(id: Int32) {
        self.id = id
        isNoted = false
        isRemoteClosed = false
        isSettled = false
        replySent = 0
        refusal = nil
        fields = []
        headerListSize = 0
        unknownPath = nil
        encoding = nil
    }

    /// Takes a field of the header list.
    mutating func addField(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        headerListSize &+= name.count &+ value.count &+ 32
        switch name.count {
        case 2:
            if name.equals("te") && value.equals("trailers") { fields.insert(.trailersWanted) }
        case 5:
            guard name.equals(":path") else { return }
            if value.equals(ServerReply.path) {
                fields.insert(.path)
            } else {
                unknownPath = value.shortText()
            }
        case 7:
            if name.equals(":method") && value.equals("POST") { fields.insert(.post) }
        case 12:
            if name.equals("content-type") && value.isGRPCMediaType() { fields.insert(.mediaType) }
        case 13:
            if name.equals("grpc-encoding") && !value.equals("identity") { encoding = value.shortText() }
        default:
            break
        }
    }

    /// Judges the header list when it is complete.
    mutating func endHeaders() {
        if fields == .all && headerListSize <= Self.maxHeaderListSize { return }
        if headerListSize > Self.maxHeaderListSize {
            refuse(.resourceExhausted, "the header list is larger than \(Self.maxHeaderListSize) bytes")
        } else if !fields.contains(.mediaType) {
            refusal = .http("415")
        } else if !fields.contains(.post) {
            refusal = .http("405")
        } else if !fields.contains(.path) {
            refuse(.unimplemented, Self.describe(unknownPath: unknownPath ?? ""))
        } else {
            // gRPC over HTTP2, "TE": "Used to detect incompatible proxies".
            refuse(.internalError, "the header te: trailers is missing; a proxy on the way may have dropped it")
        }
    }

    private static func describe(unknownPath: String) -> String {
        let service = "/logs.LogService/"
        guard unknownPath.hasPrefix(service) else { return "unknown service in the path \(unknownPath)" }
        return "unknown method \(unknownPath.dropFirst(service.count)) for service logs.LogService"
    }

    /// Has the call answered with a status; the first reason counts.
    mutating func refuse(_ code: GRPCStatus.Code, _ message: String) {
        guard refusal == nil else { return }
        refusal = .status(GRPCStatus(code, message))
    }

    /// Has the call answered with what is wrong with its message.
    mutating func refuse(_ defect: ReceivedMessage.Defect, maxLength: Int) {
        switch defect {
        case .badFlag(let flag): refuse(.internalError, "the message's compressed flag is \(flag), not 0 or 1")
        case .tooLarge(let length):
            refuse(.resourceExhausted, "the message has \(length) bytes; at most \(maxLength) are taken")
        case .tooLong: refuse(.internalError, "a unary call holds one message, and more bytes came")
        case .truncated: refuse(.internalError, "the message is shorter than its length says")
        case .missing: refuse(.internalError, "the call holds no message")
        }
    }

    /// Has the call answered because its message is compressed: gRPC, "Compression".
    mutating func refuseCompression() {
        if let encoding {
            refuse(.unimplemented, "the message encoding \(encoding) is not supported")
        } else {
            refuse(.internalError, "the compressed flag is set with no or identity grpc-encoding")
        }
    }
}
