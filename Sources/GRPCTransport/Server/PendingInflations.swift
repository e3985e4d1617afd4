import HTTP2
import NIOCore

/// The compressed messages of a connection that wait to be decompressed, or are being so: one at a time, a bounded part in
/// each turn of the event loop, so that other connections are served in between.
struct PendingInflations {
    /// How much one turn decompresses, in bytes that are read or come out: about a millisecond.
    static let turnBytes = 256 * 1024

    /// A message that is not decompressed yet.
    struct Message {
        enum Content {
            /// The one message of a unary call of the contract.
            case unary(ReceivedMessage)
            /// A message of another call.
            case of(ServerCall, [UInt8])
        }

        let slot: Int
        let generation: UInt32
        let content: Content
        let inflation: Inflation
    }

    /// What is left of this turn, in bytes.
    var budget = 0
    private var messages = CircularBuffer<Message>()

    /// What has come out so far of the message that is being decompressed.
    var outputBytes: Int { messages.first?.inflation.output.count ?? 0 }

    var isEmpty: Bool { messages.isEmpty }

    /// Whether a message can be begun in this turn.
    var hasTime: Bool { messages.isEmpty && budget > 0 }

    mutating func append(_ message: Message) {
        messages.append(message)
    }

    /// The message that is to be gone on with in this turn.
    var first: Message? { budget > 0 ? messages.first : nil }

    /// The first message is done with.
    mutating func removeFirst() {
        messages.removeFirst()
    }

    mutating func removeAll() {
        messages.removeAll()
    }
}
