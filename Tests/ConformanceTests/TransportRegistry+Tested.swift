import Broker

@testable import brokerlab

extension TransportRegistry {
    /// Every transport but those that differ from another one in nothing but how many entries RabbitMQ hands out ahead of their
    /// acknowledgement, or are acknowledged at once.
    static var tested: [TransportDescriptor] {
        let alike: Set = ["amqp:prefetch-32", "amqp:prefetch-2048", "amqp:ack-batch-1024"]
        return all.filter { !alike.contains($0.selector) }
    }
}
