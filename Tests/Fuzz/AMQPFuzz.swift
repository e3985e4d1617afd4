import Broker
import EngineTestKit
import NIOCore
import TransportIO

@testable import AMQPTransport

extension FuzzTarget {
    /// The logger's half: no split changes what it records.
    ///
    /// The first byte behind the step says whether the handshake is done, and how entries are answered.
    static let amqpServer = FuzzTarget(name: "amqp-server") { bytes in
        let (step, rest) = bytes.stepAndRest
        guard let flags = rest.first else { return }
        let input = (flags & 1 == 0 ? FakeRabbitMQ.welcomeToLogger : []) + rest.dropFirst()
        // Some entries are decided later, in the order they came or against it.
        let result: RecordResult = flags & 2 == 0 ? .recorded : .later
        var outcomes: [ServerOutcome] = []
        for step in [Int.max, step] {
            var engine = AMQPServerEngine(
                .init(
                    url: FakeRabbitMQ.url, queue: QueueDeclaration(name: "q"),
                    pace: flags & 4 == 0 ? .everyRead : AcknowledgementPace(batch: 10, prefetch: 256),
                    limits: EntryLimits(maxEntryBytes: 1 << 14)),
                recent: RecentMessages(), ready: {})
            var outcome = engine.feed(input, step: step, result: result)
            var out = ByteBuffer()
            let tickets = UInt64(1)...UInt64(outcome.entries.count + 1)
            for ticket in flags & 8 == 0 ? Array(tickets) : tickets.reversed() {
                engine.complete(ticket, flags & 16 == 0 ? .recorded : .rejected("full"), into: &out)
            }
            engine.drain(into: &out)
            // How often it acknowledges depends on how the stream was cut.
            outcome.said = []
            outcomes.append(outcome)
        }
        require(outcomes[0].entries == outcomes[1].entries, "a split changes what is recorded")
        require(outcomes[0].undecodable == outcomes[1].undecodable, "a split changes what cannot be decoded")
        require((outcomes[0].error == nil) == (outcomes[1].error == nil), "a split changes whether it is refused")
    }

    /// The broker's half with four entries in flight, on one channel or two: no entry has two fates, and no split changes
    /// them.
    ///
    /// The first byte behind the step says whether the handshake is done, how many channels there are, and who answers.
    static let amqpClient = FuzzTarget(name: "amqp-client") { bytes in
        let (step, rest) = bytes.stepAndRest
        guard let flags = rest.first else { return }
        var fates: [[Int]] = []
        for step in [Int.max, step] {
            var mode = flags & 4 == 0 ? PublishMode.standard : .reply
            mode.channels = flags & 2 == 0 ? 1 : 2
            var engine = AMQPClientEngine(.init(url: FakeRabbitMQ.url, mode: mode, maxInFlight: 8))
            if flags & 1 == 0 {
                var (out, completions) = (ByteBuffer(), Completions())
                var welcome = ByteBuffer(bytes: FakeRabbitMQ.welcomeToBroker(channels: mode.channels, mode.isAnswered))
                engine.open(into: &out)
                try? engine.receive(&welcome, into: &out, completions: &completions)
                require(engine.isReady, "a right handshake is not taken")
            }
            let outcome = engine.feed(Array(rest.dropFirst()), sends: 4, step: step)
            require(Set(outcome.fates.map(\.ticket)).count == outcome.fates.count, "an entry has two fates")
            fates.append(outcome.fates.map(\.ticket))
            var out = ByteBuffer()
            engine.close(into: &out)
        }
        require(fates[0] == fates[1], "a split changes an entry's fate")
    }
}

/// What a RabbitMQ says to those who log in.
private enum FakeRabbitMQ {
    static let url: AMQPURL = {
        guard let url = try? AMQPURL(parsing: "amqp://localhost?frame_max=4096") else { fatalError("a fixed URL") }
        return url
    }()

    /// The exchange and the confirms of the first channel; those of a second one.
    static func welcomeToBroker(channels: UInt16, _ isAnswered: Bool) -> [UInt8] {
        func setup(_ channel: UInt8) -> [UInt8] {
            (isAnswered ? method(60, 21, [1, UInt8(ascii: "c")], channel: channel) : [])
                + method(85, 11, channel: channel)
        }
        return handshake + method(40, 11) + setup(1)
            + (channels == 1 ? [] : method(20, 11, [0, 0, 0, 0], channel: 2) + setup(2))
    }
    /// The exchange, two queues, three bindings, prefetch, consumer.
    static let welcomeToLogger =
        handshake + method(40, 11) + queueDeclared + queueDeclared + method(50, 21) + method(50, 21) + method(50, 21)
        + method(60, 11) + method(60, 21, [1, UInt8(ascii: "c")])

    private static let queueDeclared = method(50, 11, [1, UInt8(ascii: "q"), 0, 0, 0, 0, 0, 0, 0, 0])
    /// start, tune, open-ok, channel.open-ok.
    private static let handshake =
        method(
            10, 10, [0, 9, 0, 0, 0, 0, 0, 0, 0, 5] + Array("PLAIN".utf8) + [0, 0, 0, 5] + Array("en_US".utf8),
            channel: 0)
        + method(10, 30, [0, 2, 0, 0, 0x10, 0, 0, 60], channel: 0) + method(10, 41, [0], channel: 0)
        + method(20, 11, [0, 0, 0, 0])

    private static func method(_ classID: UInt8, _ id: UInt8, _ arguments: [UInt8] = [], channel: UInt8 = 1) -> [UInt8]
    {
        let size = arguments.count + 4
        return [1, 0, channel, 0, 0, UInt8(size >> 8), UInt8(size & 0xFF), 0, classID, 0, id] + arguments + [0xCE]
    }
}
