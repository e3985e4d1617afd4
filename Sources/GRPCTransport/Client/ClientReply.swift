import Broker
import HTTP2

/// What a server has answered on one stream, and what follows from it for the entry.
struct ClientReply {
    /// The largest reply message that is taken; the contract's is a short text.
    static let maxMessageBytes = 64 * 1024
    /// The most that the header lists of a reply may hold, counted as RFC 9113 6.5.2 does.
    static let maxHeaderListSize = 16 * 1024

    private var httpStatus = 0
    private var isGRPC = false
    private var status: Int?
    private var statusMessage: [UInt8]?
    private var mediaType: String?
    private(set) var headerListSize = 0
    /// The fault that made this side give the stream up.
    var defect: String?

    /// Takes a field of a header list or of the trailers.
    mutating func addField(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        headerListSize &+= name.count &+ value.count &+ 32
        if headerListSize > Self.maxHeaderListSize {
            defect = defect ?? "the header list is larger than \(Self.maxHeaderListSize) bytes"
            return
        }
        switch name.count {
        case 7:
            if name.equals(":status") { httpStatus = value.decimal() ?? 0 }
        case 11:
            if name.equals("grpc-status") { status = value.decimal() ?? GRPCStatus.Code.unknown.rawValue }
        case 12:
            if name.equals("grpc-message") {
                statusMessage = Array(value)
            } else if name.equals("content-type") {
                isGRPC = value.isGRPCMediaType()
                if !isGRPC { mediaType = value.shortText() }
            }
        default:
            break
        }
    }

    /// What became of the entry, now that the server's side of the stream has ended; nil if it is acknowledged.
    func failure(_ message: borrowing ReceivedMessage) -> TransportError? {
        // The body of another kind of answer is no message, and no defect of one.
        if status == nil, httpStatus != 0, httpStatus != 200 || !isGRPC { return failureWithoutStatus }
        if let defect { return TransportError(.unknown, "the reply is not acceptable: \(defect)") }
        guard let status else { return failureWithoutStatus }
        guard status == GRPCStatus.Code.ok.rawValue else {
            let name = GRPCStatus.Code(rawValue: status)?.name ?? "a status that gRPC does not define"
            let text = PercentEncoding.decode(statusMessage ?? [])
            return TransportError(.rejected, "\(name) (gRPC status \(status))\(text.isEmpty ? "" : ": \(text)")")
        }
        if let defect = message.defectAtEnd {
            return TransportError(.unknown, "the status is OK, but the reply message is not acceptable: \(defect)")
        }
        if message.isCompressed {
            return TransportError(.unknown, "the reply message is compressed, which was not offered")
        }
        return message.read { bytes in
            switch LogResponse.content(bytes) {
            case .logged: nil
            case .refused(let why): TransportError(.rejected, why)
            case .malformed: TransportError(.unknown, "the reply message is not a logs.LogResponse")
            }
        }
    }

    /// gRPC, "HTTP to gRPC Status Code Mapping": answers of something on the way, or of a server of another kind.
    private var failureWithoutStatus: TransportError {
        if httpStatus != 200 {
            return TransportError(
                (400..<500).contains(httpStatus) ? .rejected : .unknown,
                "the peer answered with HTTP status \(httpStatus) and no gRPC status; is it a gRPC server?")
        }
        if !isGRPC {
            return TransportError(
                .unknown,
                "the peer answered with HTTP status \(httpStatus) and content-type \(mediaType ?? "none"); is it a gRPC server?"
            )
        }
        return TransportError(.unknown, "the answer ended without a gRPC status")
    }

    /// What became of the entry when its stream was reset before an answer was complete.
    static func failure(resetWith errorCode: UInt32) -> TransportError {
        let name = HTTP2Session.name(ofErrorCode: errorCode)
        return TransportError(.unknown, "the stream was reset with \(name) before the answer was complete")
    }
}
