import Broker

@testable import AMQPTransport

extension ServerOptions {
    /// Options of a logger that consumes from a queue.
    init(target: String, queue: String, isTemporary: Bool = false) {
        self.init(target: target)
        own[AMQPOptions.queue] = queue
        own[AMQPOptions.temporary] = isTemporary
    }
}

extension ClientOptions {
    /// Options of a broker that declares a queue, or deals its entries to channels.
    init(
        target: String, maxInFlight: Int = 1024, queue: String?, channels: UInt16? = nil,
        onLoss: AMQPOptions.OnLoss = .resend, notice: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.init(target: target, maxInFlight: maxInFlight, notice: notice)
        own[AMQPOptions.declaredQueue] = queue
        own[AMQPOptions.channels] = channels
        own[AMQPOptions.onLoss] = onLoss
    }
}
