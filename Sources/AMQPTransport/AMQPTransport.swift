public import Broker
import CRabbitMQ
import TransportIO

/// AMQP 0-9-1: the broker publishes to RabbitMQ's topic exchange `logs_topic`, the logger consumes from a queue bound to it.
///
/// An acknowledgement is a publisher confirm: RabbitMQ has the entry, and the logger gets it when it gets to it.
public enum AMQPTransport {
    /// The queue that both halves use unless told otherwise.
    public static let defaultQueue = Contract.defaultQueue

    /// The registry's lines, the default first.
    public static let descriptors = [descriptor]

    private static let descriptor = TransportDescriptor(
        name: "amqp", summary: "AMQP 0-9-1 through RabbitMQ, with publisher confirms", codec: "json", mode: "confirm",
        acknowledgement: .queued, defaultTarget: "amqp://guest:guest@127.0.0.1:5672",
        makeClient: { options in
            let url = try AMQPURL(parsing: options.target)
            if let queue = options.queue { try checkQueueName(queue) }
            return SocketClientTransport(
                to: url.endpoint,
                description: .init(peer: "RabbitMQ", protocolName: "AMQP 0-9-1", mend: mend),
                acknowledgement: .queued, options: options
            ) {
                AMQPClientEngine(
                    url: url, queue: options.queue, maxInFlight: options.maxInFlight, limits: options.limits)
            }
        },
        makeServer: { options in
            let url = try AMQPURL(parsing: options.target)
            let queue = options.queue ?? defaultQueue
            try checkQueueName(queue)
            return DialedServerTransport(
                to: url.endpoint, target: options.target, peer: "RabbitMQ", mend: mend, options: options
            ) { ready in
                AMQPServerEngine(
                    url: url, queue: queue, temporary: options.temporary, limits: options.limits, ready: ready)
            }
        })

    /// The version of the AMQP library that this process has loaded: `0.11.0`.
    public static var libraryVersion: String { String(cString: amqp_version()) }

    private static let mend = "Start it, or leave out --amqp to let broker-lab start its own."

    private static func checkQueueName(_ queue: String) throws {
        guard (1...AMQPURL.maxShortStringBytes).contains(queue.utf8.count) else {
            throw ServerError(
                "a queue name has 1 to \(AMQPURL.maxShortStringBytes) bytes, this one has \(queue.utf8.count)")
        }
    }
}
