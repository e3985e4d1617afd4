import CRabbitMQ
import NIOCore

extension Session {
    /// The protocol header (AMQP 0-9-1, 4.2.2): AMQP, 0, 0-9-1.
    static let protocolHeader: StaticString = "AMQP\u{0}\u{0}\u{9}\u{1}"

    /// What this client is and can, as RabbitMQ's management page shows it.
    private static var clientProperties: [(key: String, value: AMQPPool.Field)] {
        let capabilities = [
            "publisher_confirms", "basic.nack", "connection.blocked", "consumer_cancel_notify",
            // Without it, RabbitMQ closes the socket of a refused login without a word.
            "authentication_failure_close",
        ]
        return [
            ("product", .text("broker-lab")), ("platform", .text("Swift")),
            ("capabilities", .table(capabilities.map { ($0, .flag(true)) })),
        ]
    }

    /// Appends connection.start-ok, with the login as PLAIN (RFC 4616) has it; EXTERNAL leaves it to the certificate.
    static func writeStartOk(_ url: AMQPURL, into out: inout ByteBuffer) {
        let pool = AMQPPool()
        var startOk = amqp_connection_start_ok_t()
        startOk.client_properties = pool.table(clientProperties)
        startOk.mechanism = pool.bytes(url.mechanism.rawValue)
        if url.mechanism == .plain { startOk.response = pool.bytes("\0\(url.user)\0\(url.password)") }
        startOk.locale = pool.bytes("en_US")
        out.writeMethod(AMQP_CONNECTION_START_OK_METHOD, startOk, channel: 0)
    }

    /// Appends connection.tune-ok and, without waiting, connection.open.
    static func writeTuneOkAndOpen(
        _ agreed: Negotiation, channels: UInt16, virtualHost: String, into out: inout ByteBuffer
    ) {
        let pool = AMQPPool()
        var tuneOk = amqp_connection_tune_ok_t()
        tuneOk.channel_max = channels
        tuneOk.frame_max = agreed.frameMax
        tuneOk.heartbeat = agreed.heartbeat
        out.writeMethod(AMQP_CONNECTION_TUNE_OK_METHOD, tuneOk, channel: 0)
        var open = amqp_connection_open_t()
        open.virtual_host = pool.bytes(virtualHost)
        out.writeMethod(AMQP_CONNECTION_OPEN_METHOD, open, channel: 0)
    }
}
