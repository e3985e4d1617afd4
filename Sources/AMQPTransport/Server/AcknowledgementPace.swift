import NIOCore

/// How many entries one acknowledgement is to cover, and how long the first of them may wait for the others.
///
/// An acknowledgement is a system call here and work for RabbitMQ there, and delays nobody while RabbitMQ may send further
/// deliveries ahead of it.
struct AcknowledgementPace: Sendable, Hashable {
    /// What is settled is acknowledged at once when it is so many entries.
    var batch: UInt64
    /// How long what is settled waits for more.
    var delay: TimeAmount

    /// All that a read brought is acknowledged with it.
    static let everyRead = AcknowledgementPace(batch: 1, delay: .zero)

    private init(batch: UInt64, delay: TimeAmount) {
        (self.batch, self.delay) = (batch, delay)
    }

    /// - Parameters:
    ///   - batch: the wanted number, within a second; nil for what costs least without being noticed.
    ///   - prefetch: the most deliveries that RabbitMQ sends ahead. Half of them are left to it, so that it never waits for
    ///     an acknowledgement that waits for a delivery.
    init(batch: Int?, prefetch: UInt16) {
        let most = max(1, UInt64(prefetch) / 2)
        if let batch {
            self.init(batch: min(UInt64(max(1, batch)), most), delay: .seconds(1))
        } else {
            self.init(batch: min(Self.unnoticedBatch, most), delay: Self.unnoticedDelay)
        }
    }

    private static let unnoticedBatch: UInt64 = 64
    private static let unnoticedDelay = TimeAmount.milliseconds(25)
}
