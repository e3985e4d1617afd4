extension FakeRabbitMQ {
    /// A method of RabbitMQ's: its class, its number, and its arguments in their encoding.
    package struct Method: Sendable {
        /// What stands in its frame.
        package let bytes: [UInt8]

        private init(_ classID: UInt16, _ id: UInt16, _ arguments: [UInt8] = []) {
            bytes = bigEndian(classID) + bigEndian(id) + arguments
        }
    }
}

extension FakeRabbitMQ.Method {
    private static let consumer = shortString("c")

    /// connection.open-ok.
    package static let connectionOpenOK = Self(10, 41, shortString(""))
    /// connection.close-ok.
    package static let connectionCloseOK = Self(10, 51)
    /// connection.unblocked.
    package static let connectionUnblocked = Self(10, 61)
    /// channel.open-ok.
    package static let channelOpenOK = Self(20, 11, longString(""))
    /// channel.close-ok.
    package static let channelCloseOK = Self(20, 41)
    /// exchange.declare-ok.
    package static let exchangeDeclareOK = Self(40, 11)
    /// queue.bind-ok.
    package static let queueBindOK = Self(50, 21)
    /// basic.qos-ok.
    package static let basicQosOK = Self(60, 11)
    /// confirm.select-ok.
    package static let confirmSelectOK = Self(85, 11)
    /// queue.declare-ok: no messages and no consumers.
    package static let queueDeclareOK = Self(50, 11, shortString("q") + bigEndian(UInt32(0)) + bigEndian(UInt32(0)))
    /// basic.consume-ok.
    package static let basicConsumeOK = Self(60, 21, consumer)
    /// basic.cancel, which RabbitMQ says when the queue is gone.
    package static let basicCancel = Self(60, 30, consumer + [0])
    /// basic.cancel-ok.
    package static let basicCancelOK = Self(60, 31, consumer)

    static func start(mechanisms: String) -> Self {
        Self(10, 10, [0, 9] + bigEndian(UInt32(0)) + longString(mechanisms) + longString("en_US"))
    }

    static func tune(channelMax: UInt16, frameMax: UInt32, heartbeat: UInt16) -> Self {
        Self(10, 30, bigEndian(channelMax) + bigEndian(frameMax) + bigEndian(heartbeat))
    }

    /// connection.blocked.
    package static func blocked(_ reason: String) -> Self { Self(10, 60, shortString(reason)) }

    /// connection.close.
    package static func closeConnection(_ code: UInt16, _ text: String) -> Self {
        Self(10, 50, bigEndian(code) + shortString(text) + [0, 0, 0, 0])
    }

    /// channel.flow.
    package static func flow(_ isActive: Bool) -> Self { Self(20, 20, [isActive ? 1 : 0]) }

    /// channel.close.
    package static func closeChannel(_ code: UInt16, _ text: String) -> Self {
        Self(20, 40, bigEndian(code) + shortString(text) + [0, 0, 0, 0])
    }

    static func `return`(_ code: UInt16, _ text: String) -> Self {
        Self(60, 50, bigEndian(code) + shortString(text) + shortString("") + shortString(""))
    }

    static func deliver(tag: UInt64, redelivered: Bool, key: String) -> Self {
        Self(
            60, 60,
            consumer + bigEndian(tag) + [redelivered ? 1 : 0] + shortString("logs_topic") + shortString(key))
    }

    /// basic.ack: a confirm.
    package static func confirm(_ tag: UInt64, multiple: Bool = false) -> Self {
        Self(60, 80, bigEndian(tag) + [multiple ? 1 : 0])
    }

    /// basic.nack: RabbitMQ could not take a message.
    package static func refuse(_ tag: UInt64, multiple: Bool = false) -> Self {
        Self(60, 120, bigEndian(tag) + [multiple ? 1 : 0])
    }
}
