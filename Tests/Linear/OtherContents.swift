import AMQPTestKit
import AMQPTransport
import Broker
import HTTPTransport
import NIOCore
import NetRPCTransport
import TCPTransport
import TransportIO

extension Content {
    /// Messages that RabbitMQ passes on: AMQP 0-9-1.
    static let amqp = [
        Content("amqp: body frames of one byte", steps: [.max, 1024, 16], to: consumer, opening: welcome) { length in
            Said(bytes: messages(1, of: entry(length / 9), partBytes: 1))
        },
        Content("amqp: headers", to: consumer, opening: welcome) { length in
            let field = [1, UInt8(ascii: "k"), UInt8(ascii: "t"), 1]
            let headers: [FakeRabbitMQ.Property: [UInt8]] = [
                .headers: FakeRabbitMQ.Property.table(repeated(field, 3000 / field.count))
            ]
            let count = length / messages(1, of: entry(22), headers).count
            return Said(bytes: messages(count, of: entry(22), headers), entries: count)
        },
        Content("amqp: small messages", to: consumer, opening: welcome) { length in
            let count = length / messages(1, of: entry(22)).count
            return Said(bytes: messages(count, of: entry(22)), entries: count)
        },
        Content("amqp: \\u escapes", to: consumer, opening: welcome) { length in
            Said(bytes: messages(1, of: Array(#"{"name":"n","data":"\#(#"\u0041"#.repeated(length))"}"#.utf8)))
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

    private static let welcome: [UInt8] = {
        var fake = FakeRabbitMQ()
        fake.welcomeLogger()
        return Array(fake.out.readableBytesView)
    }()

    /// Messages with the same body and properties, which RabbitMQ numbers.
    private static func messages(
        _ count: Int, of body: [UInt8], _ properties: [FakeRabbitMQ.Property: [UInt8]] = [:], partBytes: Int = 4088
    ) -> [UInt8] {
        var fake = FakeRabbitMQ()
        for tag in 1...UInt64(count) { fake.deliver(tag, body: body, partBytes: partBytes, properties: properties) }
        return Array(fake.out.readableBytesView)
    }

    @Sendable
    private static func floor() throws -> any ServerTransport {
        try TCP.descriptors[0].makeServer(ServerOptions(target: "127.0.0.1:0"))
    }

    private static func frame(data: Int) -> [UInt8] {
        let head = bigEndian(25 + data) + [0, 0, 0, 0] + bigEndian(1)
        return head + repeated([0], 16) + [UInt8(ascii: "n")] + repeated([UInt8(ascii: "d")], data)
    }
    private static func bigEndian(_ value: Int) -> [UInt8] {
        withUnsafeBytes(of: UInt32(value).bigEndian, Array.init)
    }
}
