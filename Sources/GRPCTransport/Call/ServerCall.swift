package import NIOCore

/// A call that a ``ServerCallHandler`` answers: what the client has said of it, and the way to answer.
///
/// What is sent and finished here is only kept; the engine submits it to nghttp2 when no callback of it is running.
package final class ServerCall {
    /// Further messages of the client are not read while more than this waits to be sent.
    private static let maxUnsentBytes = 64 * 1024

    enum Phase {
        case open
        /// The status is known; it is sent behind what was sent before it.
        case finished(GRPCStatus)
        /// Nothing more can be sent: all was, or the stream is gone.
        case ended
    }

    /// `/service/method`.
    package let path: String
    /// What the client has sent beside its messages.
    package let metadata: Metadata
    /// When the client no longer wants the answer.
    package let deadline: NIODeadline?
    /// Whether the client takes compressed messages.
    package let acceptsGzip: Bool
    /// Whether the message that is being received was compressed.
    package internal(set) var isMessageCompressed = false
    /// Goes out before the first message.
    package var initialMetadata = Metadata()
    /// Goes out behind the status.
    package var trailingMetadata = Metadata()

    let encoding: MessageEncoding
    /// The client's encoding where this side does not know it.
    let unknownEncoding: String?
    let handler: any ServerCallHandler
    var deframer = MessageDeframer()
    /// The bytes of messages with their prefixes that wait to be sent.
    var unsent = ByteBuffer()
    var phase = Phase.open
    var hasSubmittedHeaders = false
    /// Whether nghttp2 has stopped asking for bytes, since there were none.
    var isDeferred = false
    /// Whether messages are left unread since too much waits to be sent, or one is being decompressed.
    var isHeld = false
    /// Whether a message is being decompressed.
    var isInflating = false
    /// Whether so much has waited to be sent that the handler is told when it no longer does.
    var wasFull = false
    /// Whether the handler was told of the client's last message.
    var hasToldEnd = false
    /// Bytes of the stream's window that were not given back to the client.
    var unconsumedBytes = 0
    /// The bytes that were held, received or not sent yet, when they were last counted.
    var countedBytes = 0
    /// All bytes of messages that have come.
    var receivedBytes = 0
    private var usesGzip = false
    private let changed: () -> Void
    private let after: (TimeAmount, @escaping () -> Void) -> Void

    init(
        path: String, metadata: Metadata, deadline: NIODeadline?, acceptsGzip: Bool, encoding: MessageEncoding,
        unknownEncoding: String?, handler: any ServerCallHandler, changed: @escaping () -> Void,
        after: @escaping (TimeAmount, @escaping () -> Void) -> Void
    ) {
        self.path = path
        self.metadata = metadata
        self.deadline = deadline
        self.acceptsGzip = acceptsGzip
        self.encoding = encoding
        self.unknownEncoding = unknownEncoding
        self.handler = handler
        self.changed = changed
        self.after = after
    }

    /// Whether the call goes on and little waits to be sent; ``ServerCallHandler/canSend(on:)`` tells when it is true again.
    package var canSend: Bool { isOpen && unsent.readableBytes < Self.maxUnsentBytes }

    /// Whether neither side has ended the call.
    package var isOpen: Bool {
        if case .open = phase { true } else { false }
    }

    /// Has messages compressed that are sent with `compressed`; to be called before the first message.
    ///
    /// Has no effect for a client that does not take it.
    package func useGzip() {
        usesGzip = acceptsGzip
    }

    var announcedEncoding: MessageEncoding { usesGzip ? .gzip : .identity }

    /// Sends a message; one that is sent when the call has ended goes nowhere.
    package func send(_ message: [UInt8], compressed: Bool = false) {
        send(message.span.bytes, compressed: compressed)
    }

    /// Sends a message.
    package func send(_ message: RawSpan, compressed: Bool = false) {
        guard isOpen else { return }
        var (flag, compressedMessage): (UInt8, [UInt8]?) = (0, nil)
        if compressed && usesGzip, let smaller = try? Gzip.compress(message) {
            (flag, compressedMessage) = (1, smaller)
        }
        unsent.writeInteger(flag)
        if let compressedMessage {
            unsent.writeInteger(UInt32(compressedMessage.count))
            unsent.writeBytes(compressedMessage)
        } else {
            unsent.writeInteger(UInt32(message.byteCount))
            _ = message.withUnsafeBytes { unsent.writeBytes($0) }
        }
        if unsent.readableBytes >= Self.maxUnsentBytes { wasFull = true }
        changed()
    }

    /// Sends a message that is there with its prefix already.
    @inline(__always)
    func send(framed message: StaticString) {
        guard isOpen else { return }
        unsent.writeBytes(UnsafeRawBufferPointer(start: message.utf8Start, count: message.utf8CodeUnitCount))
        if unsent.readableBytes >= Self.maxUnsentBytes { wasFull = true }
        changed()
    }

    /// Ends the call.
    package func finish(_ status: GRPCStatus) {
        guard isOpen else { return }
        phase = .finished(status)
        changed()
    }

    /// Runs `body` later, unless the call has ended by then.
    package func after(_ delay: TimeAmount, _ body: @escaping () -> Void) {
        after(delay) { [weak self] in
            if self?.isOpen == true { body() }
        }
    }
}
