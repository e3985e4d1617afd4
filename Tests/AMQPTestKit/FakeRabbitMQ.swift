package import NIOCore

/// What RabbitMQ says, for engines to hear without one.
///
/// The bytes are written by the specification (AMQP 0-9-1, 2.3.5 and 4.2), and not with the codec that is to read them.
package struct FakeRabbitMQ {
    /// What was said and not yet taken.
    package var out = ByteBuffer()

    /// Creates one that has said nothing.
    package init() {}

    /// The answers to the handshake and the setup of a logger, up to consume-ok.
    package mutating func welcomeLogger(temporary: Bool = false) {
        // The queue for dead letters, unless the logger's is temporary, and the queue.
        let queues = [Method](repeating: .queueDeclareOK, count: temporary ? 1 : 2)
        welcome(setup: [.exchangeDeclareOK] + queues)
        // One for each severity.
        for _ in 0..<3 { say(.queueBindOK) }
        say(.basicQosOK)
        say(.basicConsumeOK)
    }

    /// The answers to the handshake and the setup of a broker without a queue, up to confirm.select-ok.
    /// - Parameter consumed: whether each channel asked for the logger's answers as well.
    package mutating func welcomeBroker(channels: UInt16 = 1, channelMax: UInt16 = 0, repliesAre consumed: Bool = false)
    {
        welcome(setup: [.exchangeDeclareOK], channelMax: channelMax)
        for channel in 1...channels {
            if channel > 1 { say(.channelOpenOK, channel: channel) }
            if consumed { say(.basicConsumeOK, channel: channel) }
            say(.confirmSelectOK, channel: channel)
        }
    }

    /// The answers to the handshake, the first channel and what was declared.
    package mutating func welcome(
        setup: [Method] = [], channelMax: UInt16 = 0, frameMax: UInt32 = 4096, heartbeat: UInt16 = 60
    ) {
        start()
        say(.tune(channelMax: channelMax, frameMax: frameMax, heartbeat: heartbeat), channel: 0)
        say(.connectionOpenOK, channel: 0)
        say(.channelOpenOK)
        for method in setup { say(method) }
    }

    /// connection.start.
    package mutating func start(mechanisms: String = "PLAIN AMQPLAIN") {
        say(.start(mechanisms: mechanisms), channel: 0)
    }

    /// A method's frame.
    package mutating func say(_ method: Method, channel: UInt16 = 1) {
        writeFrame(1, method.bytes, channel: channel)
    }

    /// A message for the logger: basic.deliver, the content header, and the body in parts.
    /// - Parameters:
    ///   - size: the body's size as the header tells it, where that is a lie.
    ///   - properties: the message's properties, in the encoding of each.
    package mutating func deliver(
        _ tag: UInt64, key: String = "log.INFO", redelivered: Bool = false, body: [UInt8], claiming size: Int? = nil,
        partBytes: Int = 4088, properties: [Property: [UInt8]]
    ) {
        say(.deliver(tag: tag, redelivered: redelivered, key: key))
        writeHeader(properties, bodySize: size ?? body.count)
        for start in stride(from: 0, to: body.count, by: partBytes) {
            writeFrame(3, body[start..<min(start + partBytes, body.count)], channel: 1)
        }
    }

    /// A message for the logger, with properties that mean nothing to it beside those that are named.
    package mutating func deliver(
        _ tag: UInt64, key: String = "log.INFO", redelivered: Bool = false, body: String, claiming size: Int? = nil,
        partBytes: Int = 4088, messageID: String? = nil, replyTo: String? = nil, correlationID: String? = nil
    ) {
        var properties: [Property: [UInt8]] = [
            .contentType: Property.text("text/plain"), .headers: Property.nestedTable,
            .appID: Property.text("someone else"),
        ]
        properties[.messageID] = messageID.map(Property.text)
        properties[.replyTo] = replyTo.map(Property.text)
        properties[.correlationID] = correlationID.map(Property.text)
        deliver(
            tag, key: key, redelivered: redelivered, body: Array(body.utf8), claiming: size, partBytes: partBytes,
            properties: properties)
    }

    /// A content header (2.3.5.2): class, weight, the body's size, the flags of the properties and those that are there.
    package mutating func writeHeader(_ properties: [Property: [UInt8]], bodySize: Int = 0) {
        var payload = bigEndian(UInt16(60)) + [0, 0] + bigEndian(UInt64(bodySize))
        payload += bigEndian(properties.keys.reduce(UInt16(0)) { $0 | $1.flag })
        for property in Property.allCases { payload += properties[property] ?? [] }
        writeFrame(2, payload, channel: 1)
    }

    /// Sends those of the messages in `published` back, by their positions: content header and body as they came.
    package mutating func returnMessages(
        in published: ByteBuffer, _ positions: Set<Int>, _ code: UInt16, _ text: String
    ) {
        var rest = published
        var position = -1
        while let type = rest.getInteger(at: rest.readerIndex, as: UInt8.self),
            let size = rest.getInteger(at: rest.readerIndex + 3, as: UInt32.self),
            let frame = rest.readSlice(length: Int(size) + 8)
        {
            if type == 1 { position += 1 }
            guard positions.contains(position) else { continue }
            if type == 1 { say(.return(code, text)) } else { out.writeImmutableBuffer(frame) }
        }
    }

    /// What was said since the last call.
    package mutating func take() -> ByteBuffer {
        let said = out
        out = ByteBuffer()
        return said
    }

    private mutating func writeFrame(_ type: UInt8, _ payload: some Collection<UInt8>, channel: UInt16) {
        out.writeMultipleIntegers(type, channel, UInt32(payload.count))
        out.writeBytes(payload)
        out.writeInteger(UInt8(0xCE))
    }
}
