import AMQPTestKit
import Broker
import CRabbitMQ
import EngineTestKit
import NIOCore
import Testing

@testable import AMQPTransport
@testable import TransportIO

/// An entry that its logger answers: both halves' engines.
@Suite struct ReplyTests {
    private static let logged = #"{"error":false,"message":"logged"}"#
    private static let unanswered = TransportError(final: .unknown, "nobody has answered")

    // MARK: Who asks

    private func asking(_ out: inout ByteBuffer, sends count: Int) throws -> AMQPClientEngine {
        var engine = AMQPClientEngine(.init(url: try testURL(), mode: .reply, unanswered: Self.unanswered))
        var (fake, completions) = (FakeRabbitMQ(), Completions())
        fake.welcomeBroker(repliesAre: true)
        engine.open(into: &out)
        var bytes = fake.take()
        try engine.receive(&bytes, into: &out, completions: &completions)
        #expect(engine.isReady)
        #expect(
            try SentFrame.all(in: out).map(\.method).suffix(2) == [
                AMQP_BASIC_CONSUME_METHOD, AMQP_CONFIRM_SELECT_METHOD,
            ])
        out.clear()
        for ticket in 0..<count { try engine.send(LogEntry(name: "n", data: "d"), ticket: ticket, into: &out) }
        return engine
    }

    private func hear(_ engine: inout AMQPClientEngine, _ fake: FakeRabbitMQ) throws -> [(Int, TransportError?)] {
        var (bytes, out, completions) = (fake.out, ByteBuffer(), Completions())
        try engine.receive(&bytes, into: &out, completions: &completions)
        #expect(bytes.readableBytes == 0)
        return completions.list.map { ($0.ticket, $0.failure) }
    }

    @Test func asksForAnAnswer() throws {
        var out = ByteBuffer()
        _ = try asking(&out, sends: 2)
        let frames = try SentFrame.all(in: out)
        let headers = frames.filter { $0.type == .header }
        #expect(headers.count == 2)
        for (index, frame) in headers.enumerated() {
            var bytes = ByteBuffer()
            bytes.writeMultipleIntegers(frame.type.rawValue, frame.channel, UInt32(frame.payload.count))
            bytes.writeBytes(frame.payload + [FrameHeader.end])
            var reader = FrameReader(hasSeenFrame: true)
            let header = try ContentHeader(try #require(try reader.peek(bytes)), bytes)
            let all = Array(bytes.readableBytesView)
            let (id, replyTo) = (try #require(header.correlationID), try #require(header.replyTo))
            #expect(all[id].elementsEqual("0000000\(index + 1)".utf8))
            #expect(all[replyTo].elementsEqual("amq.rabbitmq.reply-to".utf8))
            #expect(header.messageID?.count == MessageID.byteCount)
        }
    }

    @Test func isDoneWhenTheLoggerHasAnswered() throws {
        var out = ByteBuffer()
        var engine = try asking(&out, sends: 4)
        var fake = FakeRabbitMQ()
        fake.say(.confirm(4, multiple: true))
        #expect(try hear(&engine, fake).isEmpty, "a confirm is no answer")
        fake = FakeRabbitMQ()
        fake.deliver(1, body: Self.logged, correlationID: "00000002")
        fake.deliver(2, body: #"{"message": "the disk is full", "error": true}"#, correlationID: "00000001")
        // Twice, of nobody, of somebody else.
        fake.deliver(3, body: Self.logged, correlationID: "00000002")
        fake.deliver(4, body: Self.logged, correlationID: "00000fff")
        fake.deliver(5, body: Self.logged, correlationID: "hello")
        fake.deliver(6, body: Self.logged)
        fake.deliver(7, body: #"{ "error" : false }"#, correlationID: "00000004")
        fake.deliver(8, body: "it works", partBytes: 3, correlationID: "00000003")
        let fates = try hear(&engine, fake)
        #expect(fates.map(\.0) == [1, 0, 3, 2])
        #expect(fates[0].1 == nil && fates[2].1 == nil)
        #expect(fates[1].1 == TransportError(.rejected, "the disk is full"))
        #expect(fates[3].1?.fate == .unknown && fates[3].1?.isFinal == true)
    }

    @Test func tellsWhatRabbitMQDidNotTake() throws {
        var out = ByteBuffer()
        var engine = try asking(&out, sends: 3)
        var fake = FakeRabbitMQ()
        fake.returnMessages(in: out, [1], 312, "NO_ROUTE")
        fake.say(.confirm(2))
        fake.say(.refuse(3))
        let fates = try hear(&engine, fake)
        #expect(fates.map(\.0) == [1, 2])
        #expect(fates[0].1?.fate == .notSent && fates[0].1?.message.contains("has no queue") == true)
        #expect(fates[1].1?.fate == .rejected)
    }

    @Test func givesUpWhatTheLoggerOwes() throws {
        var out = ByteBuffer()
        var engine = try asking(&out, sends: 2)
        #expect(engine.giveUp(0) == nil, "RabbitMQ owes a confirm")
        var fake = FakeRabbitMQ()
        fake.say(.confirm(1))
        _ = try hear(&engine, fake)
        #expect(engine.giveUp(0) == Self.unanswered)
        #expect(engine.giveUp(1) == nil)
        fake = FakeRabbitMQ()
        fake.deliver(1, body: Self.logged, correlationID: "00000001")
        #expect(try hear(&engine, fake).isEmpty, "it is too late")
    }

    @Test func onlyWhoAsksIsAnswered() throws {
        var (out, completions, fake) = (ByteBuffer(), Completions(), FakeRabbitMQ())
        var engine = AMQPClientEngine(.init(url: try testURL()))
        engine.open(into: &out)
        fake.welcomeBroker()
        fake.deliver(1, body: Self.logged, correlationID: "00000001")
        var bytes = fake.take()
        #expect(throws: ProtocolError.self) { try engine.receive(&bytes, into: &out, completions: &completions) }
        #expect(engine.giveUp(0) == nil)
    }

    // MARK: Who answers

    private func answering(
        _ out: inout ByteBuffer, pace: AcknowledgementPace = .everyRead, recent: RecentMessages = RecentMessages()
    ) throws -> AMQPServerEngine {
        var engine = AMQPServerEngine(
            .init(url: try testURL(), queue: QueueDeclaration(name: "q"), pace: pace), recent: recent, ready: {})
        var fake = FakeRabbitMQ()
        fake.welcomeLogger()
        engine.open(into: &out)
        #expect(try engine.feed(fake.take(), &out, RecordingRecorder()).readableBytes == 0)
        out.clear()
        return engine
    }

    private static let entry = #"{"name":"n","data":"d"}"#

    /// What was said: `ack 3`, `reject 4`, or an answer as `to/correlation: body`.
    private func said(_ out: ByteBuffer) throws -> [String] {
        var said: [String] = []
        var to = ""
        for frame in try SentFrame.all(in: out) {
            let payload = frame.payload
            switch (frame.type, frame.method) {
            case (.method, AMQP_BASIC_ACK_METHOD): said.append("ack \(payload[11])")
            case (.method, AMQP_BASIC_REJECT_METHOD): said.append("reject \(payload[11])")
            case (.method, AMQP_BASIC_PUBLISH_METHOD):
                // The exchange is the default one, whose name is empty.
                #expect(payload[6] == 0)
                to = String(decoding: payload[8..<8 + Int(payload[7])], as: UTF8.self)
            case (.header, _):
                var bytes = ByteBuffer(bytes: [2, 0, 1, 0, 0, 0, UInt8(payload.count)] + payload + [FrameHeader.end])
                bytes.setInteger(UInt32(payload.count), at: 3)
                var reader = FrameReader(hasSeenFrame: true)
                let header = try ContentHeader(try #require(try reader.peek(bytes)), bytes)
                let id = header.correlationID.map { Array(bytes.readableBytesView)[$0] } ?? []
                to += "/" + String(decoding: id, as: UTF8.self)
            case (.body, _): said.append("\(to): \(String(decoding: payload, as: UTF8.self))")
            default: Issue.record("an unexpected frame: \(frame)")
            }
        }
        return said
    }

    @Test func answersWhenItIsRecorded() throws {
        var out = ByteBuffer()
        var engine = try answering(&out)
        var fake = FakeRabbitMQ()
        fake.deliver(1, body: Self.entry, replyTo: "amq.rabbitmq.reply-to.x", correlationID: "00000001")
        fake.deliver(2, body: Self.entry)
        fake.deliver(3, body: Self.entry, replyTo: "amq.rabbitmq.reply-to.y", correlationID: "a-b-c")
        fake.deliver(4, body: Self.entry, replyTo: "amq.rabbitmq.reply-to.x")
        _ = try engine.feed(fake.take(), &out, RecordingRecorder())
        #expect(
            try said(out) == [
                "amq.rabbitmq.reply-to.x/00000001: \(Self.logged)", "amq.rabbitmq.reply-to.y/a-b-c: \(Self.logged)",
                "amq.rabbitmq.reply-to.x/: \(Self.logged)", "ack 4",
            ])
    }

    @Test func answersLaterWhatIsDecidedLater() throws {
        var out = ByteBuffer()
        var engine = try answering(&out)
        var fake = FakeRabbitMQ()
        for tag in 1...3 { fake.deliver(UInt64(tag), body: Self.entry, replyTo: "to", correlationID: "c\(tag)") }
        _ = try engine.feed(fake.take(), &out, RecordingRecorder(result: .later))
        #expect(try said(out) == [])
        engine.complete(2, .recorded, into: &out)
        engine.complete(1, .rejected("the \"disk\" is full"), into: &out)
        engine.complete(3, .recorded, into: &out)
        #expect(
            try said(out).filter { !$0.hasPrefix("ack") } == [
                "to/c2: \(Self.logged)",
                #"to/c1: {"error":true,"message":"the \"disk\" is full"}"#, "to/c3: \(Self.logged)",
            ])
        #expect(try said(out).last == "ack 3")
    }

    @Test func saysWhyItTakesNothing() throws {
        var out = ByteBuffer()
        var engine = try answering(&out)
        var fake = FakeRabbitMQ()
        fake.deliver(1, body: Self.entry, replyTo: "to", correlationID: "c1")
        fake.deliver(2, body: Self.entry)
        fake.deliver(3, body: "no entry", replyTo: "to", correlationID: "c3")
        let recorder = RecordingRecorder(result: .rejected(String(repeating: "\u{1}", count: 9999)))
        _ = try engine.feed(fake.take(), &out, recorder)
        let said = try said(out)
        // Who has asked decides what becomes of it; nobody else is told.
        #expect(said.filter { !$0.hasPrefix("to/") } == ["reject 2", "reject 3", "ack 1"])
        let reasons = said.filter { $0.hasPrefix("to/") }
        #expect(reasons.count == 2 && reasons[0].count < 4096 && reasons[1].contains("no entry"))
        #expect(recorder.undecodable == 1)
    }

    @Test func answersOnceMoreWhatItHasRecorded() throws {
        let recent = RecentMessages()
        let id = "0123456789abcdef-0000000000000001"
        let recorder = RecordingRecorder()
        for connection in 1...2 {
            var out = ByteBuffer()
            var engine = try answering(&out, recent: recent)
            var fake = FakeRabbitMQ()
            fake.deliver(
                1, redelivered: connection == 2, body: Self.entry, messageID: id, replyTo: "to",
                correlationID: "c\(connection)")
            _ = try engine.feed(fake.take(), &out, recorder)
            #expect(try said(out).contains("to/c\(connection): \(Self.logged)"))
        }
        #expect(recorder.entries.count == 1 && recorder.repeated.count == 1)
    }

    /// The reply-to is a stranger's word, and may be what RabbitMQ ends connections for.
    @Test func acknowledgesBeforeItAnswersOnceMore() throws {
        var out = ByteBuffer()
        var engine = try answering(&out, pace: AcknowledgementPace(batch: 100, prefetch: 256))
        engine.attach(to: EngineLoop(clock: { .now() }, wakeUp: { _ in }))
        var fake = FakeRabbitMQ()
        fake.deliver(1, body: Self.entry, replyTo: "odd")
        fake.deliver(2, redelivered: true, body: Self.entry, replyTo: "odd")
        _ = try engine.feed(fake.take(), &out, RecordingRecorder())
        #expect(try said(out) == ["odd/: \(Self.logged)", "ack 2", "odd/: \(Self.logged)"])
    }

    @Test func answersMoreThanItRemembers() throws {
        var out = ByteBuffer()
        var engine = try answering(&out)
        for round in 0..<3 {
            out.clear()
            var fake = FakeRabbitMQ()
            for asker in 0..<100 {
                fake.deliver(
                    UInt64(100 * round + asker + 1), body: Self.entry, replyTo: "a\(asker)", correlationID: "c")
            }
            _ = try engine.feed(fake.take(), &out, RecordingRecorder())
            let expected = (0..<100).map { "a\($0)/c: \(Self.logged)" }
            #expect(try said(out).filter { !$0.hasPrefix("ack") } == expected)
        }
    }
}
