import Broker
import TransportIO

/// The messages that were recorded lately, by their ids: what a logger tells duplicates by.
///
/// A message comes again when a connection was lost before it was acknowledged (RabbitMQ says so: `redelivered`), or before
/// it was confirmed (the publisher sends it again under the same message-id, and RabbitMQ knows nothing of that). It
/// outlives the connection.
final class RecentMessages: @unchecked Sendable {
    // Unchecked: all connections of a logger share one event loop, and touch it only there.

    /// What identifies a message.
    struct Key: Hashable {
        fileprivate var high: UInt64
        fileprivate var low: UInt64
        /// Whether ``MessageID`` made the id, so that no other message has it.
        ///
        /// What others write there need not be unique. Such a message counts as a duplicate only if RabbitMQ says that it
        /// was delivered before and its body is the same too.
        fileprivate var isOurs: Bool
    }

    /// How many messages are remembered at least, once there were so many.
    ///
    /// Between a message and its duplicate lie at most those that publishers had in flight, and what was queued between
    /// the loss and their return.
    static let capacity = 32_768

    // Two generations, so that forgetting the oldest costs nothing.
    private var young: Set<Key> = []
    private var old: Set<Key> = []

    /// The key of a message; nil for one without an id.
    static func key(messageID: RawSpan, body: RawSpan) -> Key? {
        guard !messageID.isEmpty else { return nil }
        if let id = MessageID.parse(messageID) { return Key(high: id.connection, low: id.number, isOurs: true) }
        return Key(high: PayloadSeal.checksum(of: messageID), low: PayloadSeal.checksum(of: body), isOurs: false)
    }

    /// Whether a message of that key was recorded.
    func contains(_ key: Key, isRedelivered: Bool) -> Bool {
        guard key.isOurs || isRedelivered else { return false }
        return young.contains(key) || old.contains(key)
    }

    /// A message was recorded.
    func insert(_ key: Key) {
        if young.count >= Self.capacity {
            swap(&young, &old)
            young.removeAll(keepingCapacity: true)
        }
        young.insert(key)
    }
}
