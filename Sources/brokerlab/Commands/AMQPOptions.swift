import ArgumentParser
import Broker
import Terminal

/// What a command that consumes from RabbitMQ can be told of it, beside where it is.
struct AMQPConsumerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How many entries RabbitMQ may hand out ahead of their acknowledgement: 1 to 65535, 256 unless told "
                + "otherwise.", valueName: "n"))
    var amqpPrefetch: UInt16?

    @Option(
        help: ArgumentHelp(
            "How many entries one acknowledgement to RabbitMQ is to cover at least; it never waits for longer than a "
                + "second. Unless told otherwise: 64, within 25 ms.", valueName: "n"))
    var amqpAckBatch: Int?

    func validate() throws {
        guard amqpPrefetch != 0 else { throw ValidationError("--amqp-prefetch takes 1 to 65535.") }
        guard (1...65_535).contains(amqpAckBatch ?? 1) else {
            throw ValidationError("--amqp-ack-batch takes 1 to 65535.")
        }
    }

    /// Puts what was told into the options of a transport.
    func apply(to options: inout ServerOptions) {
        options.prefetch = amqpPrefetch
        options.acknowledgementBatch = amqpAckBatch
        options.notice = StandardError.write(line:)
    }
}

/// What a command that publishes to RabbitMQ can be told of it, beside where it is.
struct AMQPPublisherOptions: ParsableArguments {
    /// What becomes of entries that were not confirmed when RabbitMQ was lost.
    enum OnLoss: String, ExpressibleByArgument, CaseIterable {
        case resend, report
    }

    @Option(help: ArgumentHelp("For amqp: declare this queue and bind it before the first entry.", valueName: "name"))
    var amqpQueue: String?

    @Option(
        help: ArgumentHelp(
            "For amqp: deal the entries to so many channels of the connection in turn: 1 to 256, 1 unless told otherwise.",
            valueName: "n"))
    var amqpChannels: UInt16?

    @Option(
        help: ArgumentHelp(
            "For amqp: what becomes of entries that were not confirmed when RabbitMQ was lost. resend: they are sent again "
                + "under the same message-id when it is back; report: they fail, outcome unknown.",
            valueName: "resend|report"))
    var amqpOnLoss = OnLoss.resend

    func validate() throws {
        guard (1...256).contains(amqpChannels ?? 1) else { throw ValidationError("--amqp-channels takes 1 to 256.") }
    }

    /// Puts what was told into the options of a transport.
    func apply(to options: inout ClientOptions) {
        options.queue = amqpQueue
        options.channels = amqpChannels
        options.resendsUnconfirmed = amqpOnLoss == .resend
        options.notice = StandardError.write(line:)
    }
}
