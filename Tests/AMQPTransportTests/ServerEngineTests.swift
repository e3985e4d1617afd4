import Broker
import CRabbitMQ
import NIOCore
import Testing

@testable import AMQPTransport
@testable import TransportIO

@Suite struct ServerEngineTests {
    private func engine(
        _ text: String = "amqp://localhost", temporary: Bool = false, limits: EntryLimits = EntryLimits(),
        ready: @escaping () -> Void = {}
    ) throws -> AMQPServerEngine {
        AMQPServerEngine(url: try testURL(text), queue: "golden", temporary: temporary, limits: limits, ready: ready)
    }

    private func readyEngine(
        _ out: inout ByteBuffer, limits: EntryLimits = EntryLimits()
    ) throws -> AMQPServerEngine {
        var readyCount = 0
        var engine = try engine(limits: limits, ready: { readyCount += 1 })
        engine.open(into: &out)
        var fake = FakeBroker()
        fake.welcomeLogger()
        let rest = try engine.feed(fake.take(), &out, TestRecorder())
        #expect(rest.readableBytes == 0)
        #expect(readyCount == 1)
        out.clear()
        return engine
    }

    private func json(_ text: String) -> String {
        "{\"name\":\"n\",\"data\":\"\(text)\"}"
    }

    private func acks(_ out: ByteBuffer) throws -> [[UInt64]] {
        try SentFrame.all(in: out).map { frame in
            [UInt64(frame.method & 0xFFFF), frame.payload[4..<12].reduce(0) { $0 << 8 | UInt64($1) }]
                + (frame.payload.count > 12 ? [UInt64(frame.payload[12])] : [])
        }
    }

    /// RabbitMQ's side of a recorded conversation, in parts of every size; up to the answers to the goodbye.
    @Test(arguments: [1, 2, 5, 63, 1000, 20_000])
    func repeatsTheRecordedConversation(_ step: Int) throws {
        var engine = try engine("amqp://localhost?frame_max=4096", temporary: true)
        let recorder = TestRecorder()
        var out = ByteBuffer()
        engine.open(into: &out)
        var rest = GoldenBytes.serverReceived
        var input = ByteBuffer()
        // The last bytes are cancel-ok of 23 bytes and close-ok of 12: answers to what is sent after the third entry.
        var cancelOk = try #require(rest.getSlice(at: rest.writerIndex - 35, length: 23))
        var closeOk = try #require(rest.getSlice(at: rest.writerIndex - 12, length: 12))
        rest.moveWriterIndex(to: rest.writerIndex - 35)
        while var part = rest.readSlice(length: min(step, rest.readableBytes)), part.readableBytes > 0 {
            input.writeBuffer(&part)
            input = try engine.feed(input, &out, recorder)
        }
        engine.drain(into: &out)
        input.writeBuffer(&cancelOk)
        input = try engine.feed(input, &out, recorder)
        input.writeBuffer(&closeOk)
        input = try engine.feed(input, &out, recorder)
        #expect(input.readableBytes == 0)
        #expect(engine.isFinished)
        #expect(recorder.entries.map(\.name) == ["first", "second", "third"])
        #expect(recorder.entries.map(\.severity) == [.info, .warning, .error])
        #expect(recorder.entries[1].stamp?.sequence == 7)
        #expect(recorder.entries[2].data == String(repeating: "3", count: 9000))
        // Acknowledgements depend on how the stream was cut; the rest does not.
        let isNoAck = { (frame: SentFrame) in frame.method != AMQP_BASIC_ACK_METHOD }
        #expect(
            try SentFrame.all(in: out).filter(isNoAck) == SentFrame.all(in: GoldenBytes.serverSent).filter(isNoAck))
        #expect(try SentFrame.all(in: out).contains { $0.method == AMQP_BASIC_ACK_METHOD && $0.payload[11] == 3 })
    }

    @Test func acknowledgesOnceARead() throws {
        var out = ByteBuffer()
        var engine = try readyEngine(&out)
        let recorder = TestRecorder()
        var fake = FakeBroker()
        for tag in 1...50 { fake.deliver(UInt64(tag), body: json("\(tag)")) }
        _ = try engine.feed(fake.take(), &out, recorder)
        #expect(try acks(out) == [[80, 50, 1]])
        #expect(recorder.entries.count == 50)
    }

    @Test func acknowledgesOnlyWhatIsRecorded() throws {
        var out = ByteBuffer()
        var engine = try readyEngine(&out)
        let recorder = TestRecorder { $0.data == "later" ? .later : .recorded }
        var fake = FakeBroker()
        for (tag, data) in ["now", "later", "now", "later", "now"].enumerated() {
            fake.deliver(UInt64(tag + 1), body: json(data))
        }
        _ = try engine.feed(fake.take(), &out, recorder)
        #expect(try acks(out) == [[80, 1, 1]])
        out.clear()
        engine.complete(4, .recorded, into: &out)
        #expect(out.readableBytes == 0)
        engine.complete(2, .recorded, into: &out)
        engine.complete(2, .recorded, into: &out)
        engine.complete(99, .recorded, into: &out)
        #expect(try acks(out) == [[80, 5, 1]])
    }

    /// Acknowledgements that wait in one buffer are one; after a flush a new one is made.
    @Test func mergesAcknowledgementsOfATick() throws {
        var out = ByteBuffer()
        var engine = try readyEngine(&out)
        let recorder = TestRecorder { _ in .later }
        var fake = FakeBroker()
        for tag in 1...6 { fake.deliver(UInt64(tag), body: json("d")) }
        _ = try engine.feed(fake.take(), &out, recorder)
        for tag in 1...4 { engine.complete(UInt64(tag), .recorded, into: &out) }
        #expect(try acks(out) == [[80, 4, 1]])
        out.clear()
        for tag in 5...6 { engine.complete(UInt64(tag), .recorded, into: &out) }
        #expect(try acks(out) == [[80, 6, 1]])
    }

    @Test func rejectsWhatIsNotTaken() throws {
        var out = ByteBuffer()
        var engine = try readyEngine(&out)
        let recorder = TestRecorder { $0.data == "no" ? .rejected("full") : .recorded }
        var fake = FakeBroker()
        fake.deliver(1, body: json("yes"))
        fake.deliver(2, body: json("no"))
        fake.deliver(3, redelivered: true, body: json("no"))
        fake.deliver(4, body: "no JSON")
        fake.deliver(5, body: "")
        fake.deliver(6, body: "x")
        _ = try engine.feed(fake.take(), &out, recorder)
        // Rejections with and without requeue; the tag of the acknowledgement has to be one that was not rejected.
        #expect(try acks(out) == [[90, 2, 1], [90, 3, 0], [90, 4, 0], [90, 5, 0], [90, 6, 0], [80, 1, 1]])
        #expect(recorder.undecodable == 3)
    }

    @Test func takesTheSeverityFromTheRoutingKey() throws {
        var out = ByteBuffer()
        var engine = try readyEngine(&out)
        let recorder = TestRecorder()
        var fake = FakeBroker()
        for (tag, key) in ["log.INFO", "log.WARNING", "log.ERROR", "other"].enumerated() {
            fake.deliver(UInt64(tag + 1), key: key, body: json("d"))
        }
        fake.deliver(5, key: "log.INFO", body: #"{"name":"n","data":"d","severity":"ERROR"}"#)
        _ = try engine.feed(fake.take(), &out, recorder)
        #expect(recorder.entries.map(\.severity) == [.info, .warning, .error, .info, .error])
    }

    @Test func stepsOverBodiesThatAreTooLong() throws {
        var out = ByteBuffer()
        var engine = try readyEngine(&out, limits: EntryLimits(maxEntryBytes: 100))
        let recorder = TestRecorder()
        var fake = FakeBroker()
        fake.deliver(1, body: String(repeating: "x", count: 200_000))
        fake.deliver(2, body: json(String(repeating: "x", count: 100)))
        fake.deliver(3, body: json(String(repeating: "x", count: 99)), partBytes: 7)
        _ = try engine.feed(fake.take(), &out, recorder)
        #expect(recorder.undecodable == 2)
        #expect(recorder.entries.count == 1)
        #expect(try acks(out) == [[90, 1, 0], [90, 2, 0], [80, 3, 1]])
    }

    @Test func believesNoClaimedSize() throws {
        var out = ByteBuffer()
        var engine = try readyEngine(&out, limits: EntryLimits(maxEntryBytes: .max))
        let recorder = TestRecorder()
        var fake = FakeBroker()
        fake.deliver(1, body: "{", claiming: Int(Int32.max))
        _ = try engine.feed(fake.take(), &out, recorder)
        #expect(recorder.entries.isEmpty)
        fake.out.writeMethod(AMQP_BASIC_CANCEL_METHOD, amqp_basic_cancel_t())
        #expect(throws: ProtocolError.self) { try engine.feed(fake.take(), &out, recorder) }
    }

    @Test func drainsWhenAllIsSettled() throws {
        var out = ByteBuffer()
        var engine = try readyEngine(&out)
        let recorder = TestRecorder { _ in .later }
        var fake = FakeBroker()
        fake.deliver(1, body: json("d"))
        _ = try engine.feed(fake.take(), &out, recorder)
        engine.drain(into: &out)
        #expect(!engine.isIdle)
        fake.deliver(2, body: json("d"))
        fake.out.writeMethod(AMQP_BASIC_CANCEL_OK_METHOD, amqp_basic_cancel_ok_t())
        _ = try engine.feed(fake.take(), &out, recorder)
        engine.complete(1, .recorded, into: &out)
        #expect(try SentFrame.all(in: out).map(\.method) == [AMQP_BASIC_CANCEL_METHOD, AMQP_BASIC_ACK_METHOD])
        engine.complete(2, .recorded, into: &out)
        #expect(try SentFrame.all(in: out).last?.method == AMQP_CONNECTION_CLOSE_METHOD)
        #expect(!engine.isFinished)
        fake.out.writeMethod(AMQP_CONNECTION_CLOSE_OK_METHOD, amqp_connection_close_ok_t(), channel: 0)
        _ = try engine.feed(fake.take(), &out, recorder)
        #expect(engine.isFinished)
    }
}
