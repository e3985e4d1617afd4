import Broker
import EntryCodecs
import NIOCore
import TransportIO

/// The message that is being received: what was announced of it, and what has come (AMQP 0-9-1, 4.2.6).
struct IncomingContent {
    private enum Phase {
        case none
        case announced(Delivery)
        case body(Delivery, rest: UInt64)
        /// A body that is too long: stepped over.
        case oversized(Delivery, rest: UInt64)
    }

    /// A body that is complete.
    enum Body {
        /// All of it lies in the payload of the one frame that was just received.
        case inFrame
        /// It was put together from several frames.
        case assembled
        /// It was longer than what is accepted.
        case oversized
    }

    /// Above this capacity, the memory of a long message is given back.
    private static let keptCapacity = 8 * 1024 * 1024

    /// The longest JSON escape of one byte: `\u0001`.
    private static let maxEscapeBytes = 6
    /// More than the members' names, the run id and the numbers of an entry take.
    private static let maxFrameworkBytes = 64 * 1024

    private let maxEntryBytes: Int
    private var phase = Phase.none
    /// A body that was put together; until the next message.
    private(set) var assembled = ByteBuffer()
    /// What is held of a body that has not all come, in bytes.
    var heldBytes: Int {
        if case .body = phase { assembled.readableBytes } else { 0 }
    }

    /// What has not come yet of the body that has begun, in bytes.
    var missingBytes: Int {
        switch phase {
        case .none, .announced: 0
        case .body(_, let rest), .oversized(_, let rest): Int(clamping: rest)
        }
    }

    /// The message-id of the message; empty where it has none.
    private(set) var messageID = ByteBuffer()

    /// Where to send a reply to the message; empty where nobody asks for one.
    private(set) var replyTo = ByteBuffer()
    /// What the reply has to say for its request to be found, or says; empty where it has none.
    private(set) var correlationID = ByteBuffer()

    /// How the message's body is written.
    private(set) var codec = EntryCodec.json

    init(limits: EntryLimits) {
        maxEntryBytes = limits.maxEntryBytes
    }

    /// The longest body that is accepted: what the longest entry may need.
    ///
    /// As JSON that is six times its length, where it is all control characters. Over HTTP a sender of such an entry is told
    /// that its body is too long; here RabbitMQ has confirmed it, and the sender has forgotten it.
    private var maxBodyBytes: UInt64 {
        UInt64(maxEntryBytes * (codec == .json ? Self.maxEscapeBytes : 1) + Self.maxFrameworkBytes)
    }

    /// A message is announced by basic.deliver.
    mutating func announce(_ delivery: Delivery) throws(ProtocolError) {
        guard case .none = phase else { throw Self.misplaced }
        phase = .announced(delivery)
    }

    /// Takes the content header or body frame at the start of `bytes`; returns the message once it is complete.
    mutating func take(
        _ frame: FrameHeader, _ bytes: ByteBuffer
    ) throws(ProtocolError) -> (delivery: Delivery, body: Body)? {
        switch (phase, frame.type) {
        case (.announced(let delivery), .header):
            let header = try ContentHeader(frame, bytes)
            let bodySize = header.bodySize
            codec = header.codec
            Self.copy(header.messageID, of: bytes, to: &messageID)
            Self.copy(header.replyTo, of: bytes, to: &replyTo)
            Self.copy(header.correlationID, of: bytes, to: &correlationID)
            guard bodySize <= maxBodyBytes else {
                phase = .oversized(delivery, rest: bodySize)
                return nil
            }
            clear()
            phase = bodySize == 0 ? .none : .body(delivery, rest: bodySize)
            return bodySize == 0 ? (delivery, .assembled) : nil
        case (.body(let delivery, let rest), .body) where frame.size <= rest:
            let isLast = frame.size == rest
            phase = isLast ? .none : .body(delivery, rest: rest - UInt64(frame.size))
            if isLast && assembled.readableBytes == 0 { return (delivery, .inFrame) }
            bytes.withUnsafeReadableBytes { raw in
                _ = assembled.writeBytes(UnsafeRawBufferPointer(rebasing: raw[frame.payload]))
            }
            return isLast ? (delivery, .assembled) : nil
        case (.oversized(let delivery, let rest), .body) where frame.size <= rest:
            let isLast = frame.size == rest
            phase = isLast ? .none : .oversized(delivery, rest: rest - UInt64(frame.size))
            return isLast ? (delivery, .oversized) : nil
        default:
            throw Self.misplaced
        }
    }

    private static func copy(_ text: Range<Int>?, of bytes: ByteBuffer, to copy: inout ByteBuffer) {
        if copy.readableBytes > 0 { copy.clear() }
        guard let text else { return }
        bytes.withUnsafeReadableBytes { raw in
            _ = copy.writeBytes(UnsafeRawBufferPointer(rebasing: raw[text]))
        }
    }

    private mutating func clear() {
        if assembled.capacity > Self.keptCapacity { assembled = ByteBuffer() } else { assembled.clear() }
    }

    private static let misplaced = ProtocolError(
        "it sent a message whose frames are out of order or longer than announced (AMQP 0-9-1, 4.2.6)")
}
