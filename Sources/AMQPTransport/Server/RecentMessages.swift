import Broker
import TransportIO

/// The messages that were recorded lately, by their ids: what a logger tells duplicates by.
///
/// A message comes again when a connection was lost before it was acknowledged (RabbitMQ says so: `redelivered`), or before
/// it was confirmed (the publisher sends it again under the same message-id, and RabbitMQ knows nothing of that). It
/// outlives the connection.
final class RecentMessages: @unchecked Sendable {
    // Unchecked: a logger has one connection at a time, whose engine is on the event loop or has gone from it to read what is
    // large, and never in two places; a connection has not ended before its engine is back.

    /// What identifies a message.
    enum Key {
        /// ``MessageID`` made the id, so that no other message has it.
        case ours(EntryID)
        /// Someone else made it, and it need not be unique.
        case foreign(Foreign)
    }

    /// A message whose id says too little: it counts as a duplicate only if RabbitMQ says that it was delivered before and
    /// its body is the same too.
    struct Foreign: Hashable {
        fileprivate var id: UInt64
        fileprivate var body: UInt64
    }

    /// How many messages of a publisher's connection are remembered, and how many foreign ones at least, once there were so many.
    ///
    /// Between a message and its duplicate lie at most those that the publisher had in flight, and what was queued between
    /// the loss and its return.
    static let capacity = NumberWindow.capacity
    /// How many publishers' connections are remembered at least, once there were so many; 4 KiB each.
    static let maxPublishers = 256

    // Two generations, so that forgetting the oldest costs nothing.
    private var youngPublishers: [UInt64: NumberWindow] = [:]
    private var oldPublishers: [UInt64: NumberWindow] = [:]
    private var youngForeign: Set<Foreign> = []
    private var oldForeign: Set<Foreign> = []

    /// The key of a message; nil for one without an id.
    static func key(messageID: RawSpan, body: RawSpan) -> Key? {
        guard !messageID.isEmpty else { return nil }
        if let id = MessageID.parse(messageID) { return .ours(id) }
        return .foreign(Foreign(id: PayloadSeal.checksum(of: messageID), body: PayloadSeal.checksum(of: body)))
    }

    /// Whether a message of that key was recorded.
    func contains(_ key: Key, isRedelivered: Bool) -> Bool {
        switch key {
        case .ours(let id):
            guard let publisher = youngPublishers[id.connection] ?? oldPublishers[id.connection] else { return false }
            return publisher.contains(id.number)
        case .foreign(let message):
            return isRedelivered && (youngForeign.contains(message) || oldForeign.contains(message))
        }
    }

    /// A message was recorded.
    func insert(_ key: Key) {
        switch key {
        case .ours(let id):
            if youngPublishers.count >= Self.maxPublishers && youngPublishers[id.connection] == nil {
                oldPublishers = youngPublishers
                youngPublishers = [:]
            }
            youngPublishers[id.connection, default: oldPublishers[id.connection] ?? NumberWindow()].insert(id.number)
        case .foreign(let message):
            if youngForeign.count >= Self.capacity {
                swap(&youngForeign, &oldForeign)
                youngForeign.removeAll(keepingCapacity: true)
            }
            youngForeign.insert(message)
        }
    }
}
