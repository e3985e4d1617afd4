import AMQPTransport
import GRPCTransport
import RabbitMQNode

/// What has to be installed beside brokerlab itself.
enum Libraries {
    static func findings() -> [Finding] {
        [
            rabbitMQ(),
            // The program would not have started without them; which ones they are is for bug reports.
            .ok("libnghttp2", "\(GRPCTransport.libraryVersion), for grpc"),
            .ok("librabbitmq", "\(AMQPTransport.libraryVersion), for amqp"),
        ]
    }

    private static func rabbitMQ() -> Finding {
        do {
            let installation = try RabbitMQInstallation.find()
            return .ok("rabbitmq-server", "\(installation.version), for bench with amqp: \(installation.script)")
        } catch {
            return .missing("rabbitmq-server", "\(error)", mend: nil)
        }
    }
}
