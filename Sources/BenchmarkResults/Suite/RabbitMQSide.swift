/// On which side of a link the message broker is: a value of the axis `rabbitmq_side`.
package enum RabbitMQSide: String, Sendable, Hashable, CaseIterable, Codable {
    /// The link is between the broker and RabbitMQ.
    case logger
    /// The link is between RabbitMQ and the logger.
    case broker

    /// `RabbitMQ on the broker's side`; nil for the logger's, which is meant where nothing is said.
    package var text: String? { self == .broker ? "RabbitMQ on the broker's side" : nil }
}
