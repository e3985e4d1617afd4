import AMQPTransport
import Broker
import HTTPTransport
import NetRPCTransport
import TCPTransport
import TransportIO

extension Content {
    /// Messages that RabbitMQ passes on: AMQP 0-9-1.
    static let amqp = [
        Content("amqp: body frames of one byte", steps: [.max, 1024, 16], to: consumer, opening: RabbitMQBytes.welcome)
        {
            length in
            Said(bytes: RabbitMQBytes.message(entry(length / 9), frameBytes: 1))
        },
        Content("amqp: headers", to: consumer, opening: RabbitMQBytes.welcome) { length in
            let table = RabbitMQBytes.table(3000)
            let count = length / RabbitMQBytes.message(entry(22), table: table).count
            return Said(
                bytes: Array((1...count).map { RabbitMQBytes.message(entry(22), tag: $0, table: table) }.joined()),
                entries: count)
        },
        Content("amqp: small messages", to: consumer, opening: RabbitMQBytes.welcome) { length in
            let count = length / RabbitMQBytes.message(entry(22)).count
            return Said(
                bytes: Array((1...count).map { RabbitMQBytes.message(entry(22), tag: $0) }.joined()), entries: count)
        },
        Content("amqp: \\u escapes", to: consumer, opening: RabbitMQBytes.welcome) { length in
            Said(bytes: RabbitMQBytes.message(Array(#"{"name":"n","data":"\#(#"\u0041"#.repeated(length))"}"#.utf8)))
        },
    ]

    /// The floor's frames.
    static let tcp = [
        Content("tcp: small frames", steps: [.max, 1024, 16], to: floor) { length in
            let frame = frame(data: 2)
            let count = length / frame.count
            return Said(bytes: repeated(frame, count), entries: count)
        },
        Content("tcp: one large frame", steps: [.max, 1024, 16], to: floor) { Said(bytes: frame(data: $0)) },
    ]

    /// What the broker's half reads.
    static let answers = [
        // Too long to be a logger's: it is read to its end all the same.
        answer("http: chunks of an answer", from: HTTP.descriptors[0], isAcknowledgement: false) { length in
            let head = "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n"
            let body = #"{"error":false,"message":"logged"\#(" ".repeated(length / 6))}"#
            return Array("\(head)\(body.map { "1\r\n\($0)\r\n" }.joined())0\r\n\r\n".utf8)
        },
        answer(
            "http: the head of an answer", length: 7 * 1024, steps: [.max, 256, 1], from: HTTP.descriptors[0]
        ) {
            length in
            let body = #"{"error":false,"message":"logged"}"#
            return Array(
                "HTTP/1.1 202 Accepted\r\nX: \("x".repeated(length))\r\nContent-Length: \(body.count)\r\n\r\n\(body)"
                    .utf8)
        },
        answer("netrpc: elements of an answer's field", from: NetRPC.descriptors[0]) { length in
            let types = Gob.slice(67, 2) + Gob.structure(65, "Response", [("ServiceMethod", 6), ("Seq", 3), ("X", 67)])
            let elements = Gob.uint(length) + repeated([2], length)
            let response = Gob.int(65) + [1] + Gob.string("RPCServer.LogInfo") + [2] + elements + [0]
            let text = Gob.int(6) + [0] + Gob.string("Processed payload via RPC: n")
            return types + Gob.message(response) + Gob.message(text)
        },
    ]

    /// An answer to one entry, of about so many bytes.
    private static func answer(
        _ name: String, length: Int = 128 * 1024, steps: [Int] = [.max, 1024], from transport: TransportDescriptor,
        isAcknowledgement: Bool = true, _ bytes: @escaping @Sendable (Int) -> [UInt8]
    ) -> Content {
        Content(name: name, length: length, steps: steps) { length, step in
            let client = try transport.makeClient(ClientOptions(target: transport.defaultTarget))
            guard let engine = (client as? SocketClientTransport)?.makeEngine() else { throw NoEngine() }
            return ClientReading(engine, bytes(length), isAcknowledgement: isAcknowledgement, step: step)
        }
    }

    @Sendable
    private static func consumer() throws -> any ServerTransport {
        try AMQP.descriptors[0].makeServer(ServerOptions(target: "amqp://localhost?frame_max=4096"))
    }

    @Sendable
    private static func floor() throws -> any ServerTransport {
        try TCP.descriptors[0].makeServer(ServerOptions(target: "127.0.0.1:0"))
    }

    private static func frame(data: Int) -> [UInt8] {
        let head = RabbitMQBytes.bigEndian(25 + data, 4) + [0, 0, 0, 0] + RabbitMQBytes.bigEndian(1, 4)
        return head + repeated([0], 16) + [UInt8(ascii: "n")] + repeated([UInt8(ascii: "d")], data)
    }
}

/// What RabbitMQ says: AMQP 0-9-1, 2.3.5 and 4.2.
private enum RabbitMQBytes {
    /// start, tune, open-ok, channel.open-ok; the exchange, two queues, three bindings, prefetch, consumer.
    static let welcome: [UInt8] = {
        let mechanisms: [UInt8] = [0, 0, 0, 5] + Array("PLAIN".utf8) + [0, 0, 0, 5] + Array("en_US".utf8)
        let methods: [[UInt8]] = [
            method(10, 10, [0, 9, 0, 0, 0, 0] + mechanisms, channel: 0),
            method(10, 30, [0, 2, 0, 0, 0x10, 0, 0, 60], channel: 0), method(10, 41, [0], channel: 0),
            method(20, 11, [0, 0, 0, 0]), method(40, 11), queueDeclared, queueDeclared, method(50, 21),
            method(50, 21), method(50, 21), method(60, 11), method(60, 21, [1, UInt8(ascii: "c")]),
        ]
        return Array(methods.joined())
    }()

    private static let queueDeclared = method(50, 11, [1, UInt8(ascii: "q"), 0, 0, 0, 0, 0, 0, 0, 0])

    /// basic.deliver with its content.
    static func message(_ body: [UInt8], tag: Int = 1, frameBytes: Int = 4088, table: [UInt8] = []) -> [UInt8] {
        let consumer: [UInt8] = [1, UInt8(ascii: "c")]
        let routing: [UInt8] = [0, 1, UInt8(ascii: "e"), 8] + Array("log.INFO".utf8)
        let flags: [UInt8] = table.isEmpty ? [0, 0] : [0x20, 0]
        let header: [UInt8] = bigEndian(60, 2) + [0, 0] + bigEndian(body.count, 8) + flags + table
        var bytes = method(60, 60, consumer + bigEndian(tag, 8) + routing) + frame(2, header)
        for start in stride(from: 0, to: body.count, by: frameBytes) {
            bytes += frame(3, Array(body[start..<min(start + frameBytes, body.count)]))
        }
        return bytes
    }

    /// A field table of so many bytes, of booleans.
    static func table(_ length: Int) -> [UInt8] {
        let fields = repeated([1, UInt8(ascii: "k"), UInt8(ascii: "t"), 1], length / 4)
        return bigEndian(fields.count, 4) + fields
    }

    static func bigEndian(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    private static func method(_ classID: Int, _ id: Int, _ arguments: [UInt8] = [], channel: UInt8 = 1) -> [UInt8] {
        frame(1, bigEndian(classID, 2) + bigEndian(id, 2) + arguments, channel: channel)
    }

    private static func frame(_ type: UInt8, _ payload: [UInt8], channel: UInt8 = 1) -> [UInt8] {
        [type, 0, channel] + bigEndian(payload.count, 4) + payload + [0xCE]
    }
}
