package import GRPCTransport
package import NIOCore

/// What a client wants of a call.
package struct CallOptions: Sendable {
    /// Sent in front of the first message.
    package var metadata: Metadata
    /// How long the answer may take: sent to the server, and kept on this side as well.
    package var timeout: TimeAmount?
    /// Whether messages that are sent with `compressed` are.
    package var usesGzip: Bool
    /// Whether the call waits for a connection that cannot be made now: gRPC, "Wait for Ready".
    package var waitsForReady: Bool

    package init(
        metadata: Metadata = Metadata(), timeout: TimeAmount? = nil, usesGzip: Bool = false, waitsForReady: Bool = false
    ) {
        self.metadata = metadata
        self.timeout = timeout
        self.usesGzip = usesGzip
        self.waitsForReady = waitsForReady
    }
}

/// How a call has ended.
package struct CallEnd: Error, Equatable, Sendable {
    package var status: GRPCStatus
    /// What the server has sent behind its last message.
    package var trailingMetadata = Metadata()
    /// Whether the server is known not to have looked at the call (RFC 9113 8.7): it can be made again.
    package var isUnprocessed = false
}

/// Learns what a server answers to one call.
///
/// Called on the event loop while bytes are being received, or when something is due.
package protocol ClientCallObserver: AnyObject {
    /// Whether messages are wanted now; those that are not stay in the stream's window.
    var isReading: Bool { get }

    /// The server has sent its initial metadata.
    func received(_ initialMetadata: Metadata)

    /// A message; its bytes are valid during this call only.
    func received(_ message: RawSpan, wasCompressed: Bool)

    /// What was sent has left: more can be sent.
    func canSend()

    /// The call is over; nothing else comes.
    func ended(_ end: CallEnd)
}

extension ClientCallObserver {
    package var isReading: Bool { true }
    package func received(_ initialMetadata: Metadata) {}
    package func canSend() {}
}

/// A call as a client makes it.
///
/// What is sent and cancelled here is only kept; the engine submits it to nghttp2 when no callback of it is running.
package final class OutgoingCall {
    /// More than this waits to be sent: the sender is asked to wait.
    private static let maxUnsentBytes = 64 * 1024

    enum Phase {
        case open
        /// This side gives the call up.
        case cancelled
        case ended
    }

    let index: Int
    let unsent = UnsentMessages()
    let options: CallOptions
    weak var observer: (any ClientCallObserver)?
    var phase = Phase.open
    var reply = CallReply()
    /// Of the header list that is being received.
    var metadata = Metadata()
    var hasInitialMetadata = false
    var deframer = MessageDeframer()
    var isHalfClosed = false
    var isDeferred = false
    var wasFull = false
    /// Whether messages are left unread since they are not wanted.
    var isHeld = false
    /// What is wrong with the server's messages.
    var defect: GRPCStatus?
    private let changed: (_ index: Int) -> Void

    init(
        index: Int, options: CallOptions, observer: any ClientCallObserver,
        changed: @escaping (_ index: Int) -> Void
    ) {
        self.index = index
        self.options = options
        self.observer = observer
        self.changed = changed
    }

    /// Whether neither side has ended the call.
    package var isOpen: Bool {
        if case .open = phase { true } else { false }
    }

    /// Whether little waits to be sent; ``ClientCallObserver/canSend()`` tells when it is true again.
    package var canSend: Bool {
        if unsent.count < Self.maxUnsentBytes { return true }
        wasFull = true
        return false
    }

    /// Sends a message.
    package func send(_ message: [UInt8], compressed: Bool = false) {
        guard isOpen, !isHalfClosed else { return }
        unsent.append(message, gzip: compressed && options.usesGzip)
        changed(index)
    }

    /// Says that no more messages come.
    package func sendEnd() {
        guard isOpen, !isHalfClosed else { return }
        isHalfClosed = true
        changed(index)
    }

    /// Gives the call up: its stream is reset, and its observer told the status CANCELLED.
    package func cancel() {
        guard isOpen else { return }
        phase = .cancelled
        changed(index)
    }

    /// Messages are wanted again.
    package func resumeReading() {
        if isHeld { changed(index) }
    }
}

/// Messages that wait to be sent, with their prefixes.
final class UnsentMessages {
    private var bytes = ByteBuffer()

    var count: Int { bytes.readableBytes }

    func append(_ message: [UInt8], gzip: Bool) {
        var (flag, compressed): (UInt8, [UInt8]?) = (0, nil)
        if gzip, let smaller = try? Gzip.compress(message.span.bytes) { (flag, compressed) = (1, smaller) }
        let payload = compressed ?? message
        bytes.writeInteger(flag)
        bytes.writeInteger(UInt32(payload.count))
        bytes.writeBytes(payload)
    }

    func write(_ count: Int, to memory: UnsafeMutableRawPointer) {
        bytes.readWithUnsafeReadableBytes { source in
            if let start = source.baseAddress { memory.copyMemory(from: start, byteCount: count) }
            return count
        }
        if bytes.readableBytes == 0 { bytes.clear() }
    }
}
