import AMQPTestKit
import Broker
import CRabbitMQ
import EngineTestKit
import NIOCore
import Synchronization
import Testing
import TransportIO

@testable import AMQPTransport

/// The logger's queue stays bound, whoever deletes the exchange.
@Suite struct BindingWatchTests {
    /// The loop's clock, the calls that the engine has asked for, and what it said to the operator.
    private final class Surroundings: Sendable {
        let now = Mutex(NIODeadline.uptimeNanoseconds(1_000_000_000_000))
        let due = Mutex<NIODeadline?>(nil)
        let notices = Mutex<[String]>([])

        var loop: EngineLoop {
            EngineLoop(clock: { self.now.withLock { $0 } }, wakeUp: { time in self.due.withLock { $0 = time } })
        }
    }

    private let surroundings = Surroundings()
    private let intake = EntryIntake(recorder: RecordingRecorder(), makeReply: { _ in EntryReply { _ in } })

    private func readyEngine(channelMax: Int = 2047) throws -> AMQPServerEngine {
        var engine = AMQPServerEngine(
            .init(
                url: try testURL("amqp://localhost?channel_max=\(channelMax)"), queue: QueueDeclaration(name: "q"),
                notice: { [surroundings] text in surroundings.notices.withLock { $0.append(text) } }),
            recent: RecentMessages(), ready: {})
        engine.attach(to: surroundings.loop)
        var out = ByteBuffer()
        engine.open(into: &out)
        var fake = FakeRabbitMQ()
        fake.welcomeLogger()
        _ = try engine.feed(fake.take(), &out, RecordingRecorder())
        return engine
    }

    /// Lets the time pass until the engine wants to be called, and calls it.
    private func look(_ engine: inout AMQPServerEngine) throws -> [SentFrame] {
        let due = try #require(surroundings.due.withLock { $0 })
        surroundings.now.withLock { $0 = due }
        var out = ByteBuffer()
        engine.proceed(into: &out, intake: intake)
        return try SentFrame.all(in: out)
    }

    /// Has RabbitMQ say something; returns what the engine says to it.
    private func answer(_ engine: inout AMQPServerEngine, _ speak: (inout FakeRabbitMQ) -> Void) throws -> [SentFrame] {
        var fake = FakeRabbitMQ()
        speak(&fake)
        var out = ByteBuffer()
        _ = try engine.feed(fake.take(), &out, RecordingRecorder())
        return try SentFrame.all(in: out)
    }

    private func answerOpen(_ engine: inout AMQPServerEngine) throws -> [SentFrame] {
        try answer(&engine) { $0.say(.channelOpenOK, channel: 2) }
    }

    /// Answers exchange.declare and every queue.bind; returns how many of those there were.
    private func answerDeclarations(_ engine: inout AMQPServerEngine) throws -> Int {
        var sent = try answer(&engine) {
            $0.say(.exchangeDeclareOK, channel: 2)
        }
        var bindings = 0
        while sent.first?.method == AMQP_QUEUE_BIND_METHOD {
            bindings += 1
            sent = try answer(&engine) {
                $0.say(.queueBindOK, channel: 2)
            }
        }
        #expect(sent.isEmpty)
        return bindings
    }

    @Test func bindsAgainFromTimeToTime() throws {
        var engine = try readyEngine()
        #expect(try look(&engine).map(\.method) == [AMQP_CHANNEL_OPEN_METHOD])
        for round in 0..<3 {
            let asked = round == 0 ? try answerOpen(&engine) : try look(&engine)
            #expect(asked.map(\.method) == [AMQP_EXCHANGE_DECLARE_METHOD])
            #expect(asked.map(\.channel) == [2])
            #expect(try answerDeclarations(&engine) == RoutingKey.all.count)
        }
        #expect(surroundings.notices.withLock { $0 } == [])
    }

    @Test func restoresAnExchangeThatIsGone() throws {
        var engine = try readyEngine()
        _ = try look(&engine)
        _ = try answerOpen(&engine)
        let sent = try answer(&engine) {
            $0.say(.closeChannel(404, "NOT_FOUND - no exchange 'logs_topic'"), channel: 2)
        }
        #expect(sent.map(\.method) == [AMQP_CHANNEL_CLOSE_OK_METHOD, AMQP_CHANNEL_OPEN_METHOD])
        #expect(surroundings.notices.withLock { $0.count } == 1)
        let declared = try answerOpen(&engine)
        #expect(declared.map(\.method) == [AMQP_EXCHANGE_DECLARE_METHOD])
        // reserved-1 (2 bytes), the exchange, the type, the bits: passive is the first, durable the second.
        #expect(declared.first?.payload.dropLast(4).last == 0b10)
        #expect(try answerDeclarations(&engine) == RoutingKey.all.count)
        // The consumer is as it was.
        let settled = try answer(&engine) { $0.deliver(1, body: #"{"name":"n","data":"d"}"#) }
        #expect(settled.isEmpty || settled.map(\.method) == [AMQP_BASIC_ACK_METHOD])
    }

    @Test func leavesTheConsumerAloneWhereItMayNotAsk() throws {
        var engine = try readyEngine()
        _ = try look(&engine)
        _ = try answerOpen(&engine)
        let sent = try answer(&engine) { $0.say(.closeChannel(403, "ACCESS_REFUSED - no"), channel: 2) }
        #expect(sent.map(\.method) == [AMQP_CHANNEL_CLOSE_OK_METHOD])
        #expect(surroundings.notices.withLock { $0.count } == 1)
        #expect(!engine.isFinished)
        #expect(try look(&engine).isEmpty)
    }

    @Test func goesWithoutWhereThereIsOneChannel() throws {
        _ = try readyEngine(channelMax: 1)
        #expect(surroundings.due.withLock { $0 } == nil)
    }
}
