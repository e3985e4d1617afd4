import AMQPTestKit
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
        var fake = FakeRabbitMQ()
        if flags & 1 == 0 { fake.welcomeLogger() }
        let input = Array(fake.out.readableBytesView) + rest.dropFirst()
        // Some entries are decided later, in the order they came or against it.
        let result: RecordResult = flags & 2 == 0 ? .recorded : .later
        var outcomes: [ServerOutcome] = []
        for step in [Int.max, step] {
            var engine = AMQPServerEngine(
                .init(
                    url: url, queue: QueueDeclaration(name: "q"),
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
            var engine = AMQPClientEngine(.init(url: url, mode: mode, maxInFlight: 8))
            if flags & 1 == 0 {
                var (out, completions) = (ByteBuffer(), Completions())
                engine.open(into: &out)
                var fake = FakeRabbitMQ()
                fake.welcomeBroker(channels: mode.channels, repliesAre: mode.isAnswered)
                try? engine.receive(&fake.out, into: &out, completions: &completions)
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

private let url: AMQPURL = {
    guard let url = try? AMQPURL(parsing: "amqp://localhost?frame_max=4096") else { fatalError("a fixed URL") }
    return url
}()
