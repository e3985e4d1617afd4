import HTTP2
import NIOCore
import TransportIO

/// A call as the server sees it: one stream, from its header list to its trailers.
struct ServerStream: ServerStreamState {
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
    /// Whether an answer was submitted.
    var isAnswered = false
    /// How many bytes of the reply were sent.
    var replySent = 0
    /// Since when bytes have waited for the client to take them; nil when some went out since that was last looked at.
    var owesSince: NIODeadline?
    var message = ReceivedMessage()
    var refusal: Refusal?
    /// The call, where it is not a unary one of the contract.
    var call: ServerCall?
    /// How long the client waits for the answer, in nanoseconds.
    private(set) var timeout: Int64?
    /// Whether the time at which that is over is known to the engine.
    var hasDeadline = false
    /// Bytes of the stream's window that were not given back to the client.
    var unconsumedBytes = 0
    /// The time that a message has to arrive.
    var patience = MessagePatience()
    /// How many bytes had come when that was looked at last.
    var watchedBytes = 0
    private(set) var metadata = Metadata()
    private(set) var acceptsGzip = false
    /// The encoding of compressed messages, where this side knows it.
    private(set) var encoding = MessageEncoding.identity
    /// The encoding of compressed messages, where this side does not know it.
    private(set) var unknownEncoding: String?
    /// The path of another method than the contract's.
    private(set) var otherPath: String?
    private(set) var headerListSize = 0
    private var fields: Fields = []

    /// Makes a free slot ready for a stream.
    mutating func open(id: Int32) {
        self.id = id
        isNoted = false
        isRemoteClosed = false
        isSettled = false
        isAnswered = false
        replySent = 0
        owesSince = nil
        refusal = nil
        timeout = nil
        hasDeadline = false
        unconsumedBytes = 0
        patience = MessagePatience()
        watchedBytes = 0
        encoding = .identity
        fields = []
        headerListSize = 0
        if otherPath != nil { metadata = Metadata() }
        otherPath = nil
        unknownEncoding = nil
        acceptsGzip = false
    }

    /// Takes a field of the header list.
    mutating func addField(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        headerListSize &+= name.count &+ value.count &+ 32
        if isKnown(name, value) || otherPath == nil || headerListSize > Self.maxHeaderListSize { return }
        metadata.take(name, value)
    }

    private mutating func isKnown(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
        switch name.count {
        case 2:
            guard name.equals("te") else { return false }
            if value.equals("trailers") { fields.insert(.trailersWanted) }
        case 5:
            guard name.equals(":path") else { return false }
            if value.equals(ServerReply.path) {
                fields.insert(.path)
            } else {
                otherPath = value.shortText()
            }
        case 7:
            guard name.equals(":method") else { return false }
            if value.equals("POST") { fields.insert(.post) }
        case 12:
            if name.equals("content-type") {
                if value.isGRPCMediaType() { fields.insert(.mediaType) }
            } else if name.equals("grpc-timeout") {
                timeout = CallTimeout.nanoseconds(value)
                if timeout == nil { refuse(.internalError, "the grpc-timeout \(value.shortText()) is malformed") }
            } else {
                return false
            }
        case 13:
            guard name.equals("grpc-encoding") else { return false }
            if let known = MessageEncoding(value) { encoding = known } else { unknownEncoding = value.shortText() }
        case 20:
            guard name.equals("grpc-accept-encoding") else { return false }
            acceptsGzip = MessageEncoding.acceptsGzip(value)
        default:
            return false
        }
        return true
    }

    /// Judges the header list when it is complete.
    /// - Parameter isOffered: whether the server has a method of that path.
    mutating func endHeaders(_ isOffered: (String) -> Bool) {
        if fields == .all && headerListSize <= Self.maxHeaderListSize { return }
        if headerListSize > Self.maxHeaderListSize {
            refuse(.resourceExhausted, "the header list is larger than \(Self.maxHeaderListSize) bytes")
        } else if !fields.contains(.mediaType) {
            refusal = .http("415")
        } else if !fields.contains(.post) {
            refusal = .http("405")
        } else if let otherPath, !isOffered(otherPath) {
            refuse(.unimplemented, Self.describe(unknownPath: otherPath))
        } else if !fields.contains(.trailersWanted) {
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

    /// Why a compressed message cannot be read: gRPC, "Compression"; nil if it can.
    static func refusalOfCompression(_ encoding: MessageEncoding, unknown: String?) -> GRPCStatus? {
        if let unknown { return GRPCStatus(.unimplemented, "the message encoding \(unknown) is not supported") }
        if case .gzip = encoding { return nil }
        return GRPCStatus(.internalError, "the compressed flag is set with no or identity grpc-encoding")
    }
}

extension GRPCStatus {
    /// What a message that cannot be decompressed is answered with.
    init(_ failure: Gzip.Failure, maxBytes: Int) {
        switch failure {
        case .damaged: self.init(.internalError, "the message is not what its encoding gzip says")
        case .tooLarge: self.init(.resourceExhausted, "the message has more than \(maxBytes) bytes decompressed")
        case .noMemory: self.init(.resourceExhausted, "no memory to decompress the message")
        }
    }
}
