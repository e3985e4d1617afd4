import Broker

/// What an answer means for the entry that was sent.
extension CallReply {
    /// What became of the entry, now that the server's side of the stream has ended; nil if it is acknowledged.
    func failure(_ message: borrowing ReceivedMessage) -> TransportError? {
        // The body of another kind of answer is no message, and no defect of one.
        if code == nil, httpStatus != 0, httpStatus != 200 || !isGRPC { return failureWithoutStatus }
        if let defect { return TransportError(.unknown, "the reply is not acceptable: \(defect)") }
        guard let code else { return failureWithoutStatus }
        guard code == GRPCStatus.Code.ok.rawValue else {
            let name = GRPCStatus.Code(rawValue: code)?.name ?? "a status that gRPC does not define"
            return TransportError(.rejected, "\(name) (gRPC status \(code))\(text.isEmpty ? "" : ": \(text)")")
        }
        if let defect = message.defectAtEnd {
            return TransportError(.unknown, "the status is OK, but the reply message is not acceptable: \(defect)")
        }
        if message.isCompressed {
            return TransportError(.unknown, "the reply message is compressed, which was not offered")
        }
        return message.read { LogResponse.content($0).failure }
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
}

extension LogResponse.Content {
    /// What became of the entry; nil if it is acknowledged.
    var failure: TransportError? {
        switch self {
        case .logged: nil
        case .refused(let why): TransportError(.rejected, why)
        case .malformed: TransportError(.unknown, "the reply message is not a logs.LogResponse")
        }
    }
}
