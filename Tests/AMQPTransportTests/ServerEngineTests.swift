import AMQPTestKit
import Broker
import CRabbitMQ
import EngineTestKit
import NIOCore
import Synchronization
import Testing

@testable import AMQPTransport
@testable import TransportIO

@Suite struct ServerEngineTests {
    private func engine(_ text: String = "amqp://localhost", temporary: Bool = false) throws -> AMQPServerEngine {
        AMQPServerEngine(
            .init(url: try testURL(text), queue: QueueDeclaration(name: "golden", isTemporary: temporary)),
            recent: RecentMessages(), ready: {})
    }

    private func readyEngine(
        _ out: inout ByteBuffer, limits: EntryLimits = EntryLimits(),
        pace: AcknowledgementPace = .everyRead, recent: RecentMessages = RecentMessages(), channelMax: Int = 2
    ) throws -> AMQPServerEngine {
        var readyCount = 0
        var engine = AMQPServerEngine(
            .init(
                url: try testURL("amqp://localhost?channel_max=\(channelMax)"), queue: QueueDeclaration(name: "golden"),
                pace: pace, limits: limits),
            recent: recent, ready: { readyCount += 1 })
        engine.open(into: &out)
        var fake = FakeRabbitMQ()
        fake.welcomeLogger()
        let rest = try engine.feed(fake.take(), &out, RecordingRecorder())
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

    /// Only the part with which a body comes to its end may take long: the others do not wait for a turn.
    @Test(arguments: [16 * 1024 * 1024, 200 * 1024 * 1024])
    func partsOfLargeBodiesAreShort(_ size: Int) throws {
        var out = ByteBuffer()
        var engine = try readyEngine(&out)
        var fake = FakeRabbitMQ()
        fake.deliver(1, body: String(repeating: "x", count: 4_000_000), claiming: size, partBytes: 4000)
        _ = try engine.feed(fake.take(), &out, RecordingRecorder())
        #expect(engine.mostAtOnce == size - 4_000_000)
    }

    /// RabbitMQ's side of a recorded conversation, in parts of every size; up to the answers to the goodbye.
    @Test(arguments: [1, 2, 5, 63, 1000, 20_000])
    func repeatsTheRecordedConversation(_ step: Int) throws {
        var engine = try engine("amqp://localhost?frame_max=4096&channel_max=1", temporary: true)
        let recorder = RecordingRecorder()
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
        let recorder = RecordingRecorder()
        var fake = FakeRabbitMQ()
        for tag in 1...50 { fake.deliver(UInt64(tag), body: json("\(tag)")) }
        _ = try engine.feed(fake.take(), &out, recorder)
        #expect(try acks(out) == [[80, 50, 1]])
        #expect(recorder.entries.count == 50)
    }

    @Test func acknowledgesOnlyWhatIsRecorded() throws {
        var out = ByteBuffer()
        var engine = try readyEngine(&out)
        let recorder = RecordingRecorder { $0.data == "later" ? .later : .recorded }
        var fake = FakeRabbitMQ()
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
        let recorder = RecordingRecorder { _ in .later }
        var fake = FakeRabbitMQ()
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
        let recorder = RecordingRecorder { $0.data == "no" ? .rejected("full") : .recorded }
        var fake = FakeRabbitMQ()
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

    /// What the logger cannot take now goes back into the queue a second later, however often it comes, and is never dead.
    @Test func givesBackWhatCannotBeTakenNow() throws {
        var out = ByteBuffer()
        var engine = try readyEngine(&out, channelMax: 1)
        let time = Mutex(NIODeadline.uptimeNanoseconds(1_000_000_000_000))
        let calls = Mutex<[NIODeadline?]>([])
        let loop = EngineLoop(
            clock: { time.withLock { $0 } }, wakeUp: { time in calls.withLock { $0.append(time) } })
        engine.attach(to: loop)
        let recorder = RecordingRecorder { $0.data == "now" ? .unavailable("full") : .later }
        let intake = EntryIntake(recorder: recorder, makeReply: { _ in EntryReply { _ in } })
        var fake = FakeRabbitMQ()
        fake.deliver(1, redelivered: true, body: json("now"))
        fake.deliver(2, body: json("later"))
        fake.deliver(3, body: json("later"))
        fake.deliver(4, body: json("later"))
        _ = try engine.feed(fake.take(), &out, recorder)
        engine.complete(2, .unavailable("full"), into: &out)
        engine.complete(4, .unknown("lost"), into: &out)
        engine.complete(3, .recorded, into: &out)
        #expect(try acks(out).allSatisfy { $0[0] == 80 })
        #expect(calls.withLock { $0 }.contains(time.withLock { $0 } + .seconds(1)))
        engine.proceed(into: &out, intake: intake)
        #expect(try acks(out).allSatisfy { $0[0] == 80 }, "it is not time yet")
        out.clear()
        time.withLock { $0 = $0 + .seconds(1) }
        engine.proceed(into: &out, intake: intake)
        #expect(try acks(out).filter { $0[0] == 120 } == [[120, 1, 2], [120, 2, 2], [120, 4, 2]])
    }

    /// What waits to be given back is, before the connection is closed in order.
    @Test func givesBackAtOnceWhenItStops() throws {
        var out = ByteBuffer()
        var engine = try readyEngine(&out, channelMax: 1)
        engine.attach(to: EngineLoop(clock: { .uptimeNanoseconds(1) }, wakeUp: { _ in }))
        let recorder = RecordingRecorder { $0.data == "now" ? .unavailable("full") : .later }
        var fake = FakeRabbitMQ()
        fake.deliver(1, body: json("now"))
        fake.deliver(2, body: json("later"))
        _ = try engine.feed(fake.take(), &out, recorder)
        engine.drain(into: &out)
        engine.complete(2, .unavailable("full"), into: &out)
        #expect(try acks(out).filter { $0[0] == 120 } == [[120, 1, 2], [120, 2, 2]])
    }

    /// A queue for dead letters that is on a node that is away keeps nobody from consuming.
    @Test func goesOnWithoutTheQueueForDeadLetters() throws {
        let said = Mutex<[String]>([])
        var configuration = AMQPServerEngine.Configuration(
            url: try testURL(), queue: QueueDeclaration(name: "golden", kind: .quorum))
        configuration.notice = { line in said.withLock { $0.append(line) } }
        var isReady = false
        var engine = AMQPServerEngine(configuration, recent: RecentMessages(), ready: { isReady = true })
        var out = ByteBuffer()
        engine.open(into: &out)
        var fake = FakeRabbitMQ()
        fake.welcome(setup: [.exchangeDeclareOK])
        fake.say(.closeChannel(404, "NOT_FOUND - queue 'golden.dead' in vhost '/' process is stopped by supervisor"))
        fake.say(.channelOpenOK)
        fake.say(.queueDeclareOK)
        for _ in RoutingKey.all { fake.say(.queueBindOK) }
        fake.say(.basicQosOK)
        fake.say(.basicConsumeOK)
        fake.deliver(1, body: json("d"))
        let recorder = RecordingRecorder()
        _ = try engine.feed(fake.take(), &out, recorder)
        #expect(isReady && recorder.entries.count == 1)
        #expect(said.withLock { $0.count } == 1)
        #expect(said.withLock { $0[0] }.hasPrefix("cannot reach the queue 'golden.dead' for dead letters; while"))
    }

    /// The queue itself is needed.
    @Test func doesNotGoOnWithoutItsQueue() throws {
        var engine = try engine()
        var out = ByteBuffer()
        engine.open(into: &out)
        var fake = FakeRabbitMQ()
        fake.welcome(setup: [.exchangeDeclareOK, .queueDeclareOK])
        fake.say(.closeChannel(404, "NOT_FOUND - home node 'r@h' of durable queue 'golden' is down or inaccessible"))
        let error = #expect(throws: ProtocolError.self) { try engine.feed(fake.take(), &out, RecordingRecorder()) }
        #expect(error?.description.contains("declare the queue 'golden': NOT_FOUND - home node") == true)
    }

    @Test func takesTheSeverityFromTheRoutingKey() throws {
        var out = ByteBuffer()
        var engine = try readyEngine(&out)
        let recorder = RecordingRecorder()
        var fake = FakeRabbitMQ()
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
        let recorder = RecordingRecorder()
        var fake = FakeRabbitMQ()
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
        var engine = try readyEngine(&out, limits: EntryLimits(maxEntryBytes: EntryLimits.allowedEntryBytes.upperBound))
        let recorder = RecordingRecorder()
        var fake = FakeRabbitMQ()
        fake.deliver(1, body: "{", claiming: 800_000_000)
        _ = try engine.feed(fake.take(), &out, recorder)
        #expect(recorder.entries.isEmpty)
        fake.say(.basicCancel)
        #expect(throws: ProtocolError.self) { try engine.feed(fake.take(), &out, recorder) }
    }

    /// RabbitMQ has no auto-delete for quorum queues: one that is left would be sent all that the next logger is.
    @Test(arguments: [(QueueDeclaration.Kind.quorum, true), (.quorum, false), (.classic, true)])
    func deletesAQueueThatWouldBeLeft(_ kind: QueueDeclaration.Kind, isTemporary: Bool) throws {
        let queue = QueueDeclaration(name: "golden", kind: kind, isTemporary: isTemporary)
        var engine = AMQPServerEngine(
            .init(url: try testURL("amqp://localhost?channel_max=1"), queue: queue), recent: RecentMessages(),
            ready: {})
        var out = ByteBuffer()
        engine.open(into: &out)
        var fake = FakeRabbitMQ()
        fake.welcomeLogger(temporary: isTemporary)
        _ = try engine.feed(fake.take(), &out, RecordingRecorder())
        engine.drain(into: &out)
        out.clear()
        fake.say(.basicCancelOK)
        _ = try engine.feed(fake.take(), &out, RecordingRecorder())
        let methods = try SentFrame.all(in: out).map(\.method)
        let isDeleted = kind == .quorum && isTemporary
        #expect(methods == (isDeleted ? [AMQP_QUEUE_DELETE_METHOD] : []) + [AMQP_CONNECTION_CLOSE_METHOD])
    }

    @Test func drainsWhenAllIsSettled() throws {
        var out = ByteBuffer()
        var engine = try readyEngine(&out)
        let recorder = RecordingRecorder { _ in .later }
        var fake = FakeRabbitMQ()
        fake.deliver(1, body: json("d"))
        _ = try engine.feed(fake.take(), &out, recorder)
        engine.drain(into: &out)
        #expect(!engine.isIdle)
        fake.deliver(2, body: json("d"))
        fake.say(.basicCancelOK)
        _ = try engine.feed(fake.take(), &out, recorder)
        engine.complete(1, .recorded, into: &out)
        #expect(try SentFrame.all(in: out).map(\.method) == [AMQP_BASIC_CANCEL_METHOD, AMQP_BASIC_ACK_METHOD])
        engine.complete(2, .recorded, into: &out)
        #expect(try SentFrame.all(in: out).last?.method == AMQP_CONNECTION_CLOSE_METHOD)
        #expect(!engine.isFinished)
        fake.say(.connectionCloseOK, channel: 0)
        _ = try engine.feed(fake.take(), &out, recorder)
        #expect(engine.isFinished)
    }

    // MARK: Duplicates

    private static let id = "0123456789abcdef-0000000000000001"

    /// Once published and delivered again, the same id is known; over connections, too.
    @Test func recognisesDuplicatesByTheirID() throws {
        let recent = RecentMessages()
        let recorder = RecordingRecorder()
        for connection in 0..<2 {
            var out = ByteBuffer()
            var engine = try readyEngine(&out, recent: recent)
            var fake = FakeRabbitMQ()
            fake.deliver(1, redelivered: connection == 1, body: json("a"), messageID: Self.id)
            fake.deliver(2, body: json("a"), messageID: Self.id)
            fake.deliver(3, body: json("b"), messageID: "0123456789abcdef-0000000000000002")
            fake.deliver(4, body: json("c"))
            fake.deliver(5, redelivered: true, body: json("c"))
            _ = try engine.feed(fake.take(), &out, recorder)
            #expect(try acks(out) == [[80, 5, 1]], "a duplicate is acknowledged, too")
        }
        #expect(recorder.entries.map(\.data) == ["a", "b", "c", "c", "c", "c"])
        #expect(recorder.repeated.map(\.data) == ["a", "a", "a", "b"])
    }

    /// What others write into message-id need not be unique: nothing is lost by that.
    @Test func trustsForeignIDsOnlyWhenRedelivered() throws {
        var out = ByteBuffer()
        var engine = try readyEngine(&out)
        let recorder = RecordingRecorder()
        var fake = FakeRabbitMQ()
        fake.deliver(1, body: json("a"), messageID: "always the same")
        fake.deliver(2, body: json("a"), messageID: "always the same")
        fake.deliver(3, redelivered: true, body: json("b"), messageID: "always the same")
        fake.deliver(4, redelivered: true, body: json("a"), messageID: "always the same")
        _ = try engine.feed(fake.take(), &out, recorder)
        #expect(recorder.entries.map(\.data) == ["a", "a", "b"])
        #expect(recorder.repeated.map(\.data) == ["a"])
    }

    /// An id counts from when its entry is recorded, not from when it came.
    @Test func remembersOnlyWhatWasRecorded() throws {
        let recent = RecentMessages()
        var out = ByteBuffer()
        var engine = try readyEngine(&out, recent: recent)
        let recorder = RecordingRecorder { _ in .later }
        var fake = FakeRabbitMQ()
        fake.deliver(1, body: json("a"), messageID: Self.id)
        _ = try engine.feed(fake.take(), &out, recorder)
        engine.complete(1, .rejected("full"), into: &out)
        #expect(try acks(out) == [[90, 1, 1]])
        fake.deliver(2, redelivered: true, body: json("a"), messageID: Self.id)
        _ = try engine.feed(fake.take(), &out, recorder)
        engine.complete(2, .recorded, into: &out)
        fake.deliver(3, redelivered: true, body: json("a"), messageID: Self.id)
        _ = try engine.feed(fake.take(), &out, recorder)
        #expect(recorder.entries.count == 2)
        #expect(recorder.repeated.count == 1)
    }

    private func key(connection: Int = 1, _ number: Int) -> RecentMessages.Key {
        func digits(_ number: Int) -> String {
            let digits = String(number, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
        let text = "\(digits(connection))-\(digits(number))"
        return RecentMessages.key(messageID: text.utf8.span.bytes, body: RawSpan())!
    }

    @Test func forgetsTheOldestMessages() {
        let recent = RecentMessages()
        for number in 0..<(3 * RecentMessages.capacity) { recent.insert(key(number)) }
        #expect(recent.contains(key(3 * RecentMessages.capacity - 1), isRedelivered: false))
        #expect(recent.contains(key(2 * RecentMessages.capacity), isRedelivered: false))
        #expect(!recent.contains(key(0), isRedelivered: true))
    }

    @Test func forgetsTheOldestPublishers() {
        let recent = RecentMessages()
        for connection in 0..<(3 * RecentMessages.maxPublishers) { recent.insert(key(connection: connection, 7)) }
        #expect(recent.contains(key(connection: 2 * RecentMessages.maxPublishers, 7), isRedelivered: false))
        #expect(!recent.contains(key(connection: 2 * RecentMessages.maxPublishers, 8), isRedelivered: false))
        #expect(!recent.contains(key(connection: 0, 7), isRedelivered: true))
        #expect(!recent.contains(key(connection: 3 * RecentMessages.maxPublishers, 7), isRedelivered: true))
    }

    /// The window agrees with a set, wherever numbers jump to.
    @Test(arguments: [1, 63, 64, 1000, NumberWindow.capacity - 1, NumberWindow.capacity, 3 * NumberWindow.capacity])
    func aWindowHoldsWhatASetHolds(longestStep: Int) {
        var random = SystemRandomNumberGenerator()
        var window = NumberWindow()
        var reference: Set<UInt64> = []
        var number: UInt64 = .random(in: 0...UInt64(UInt32.max), using: &random)
        for _ in 0..<300 {
            number += UInt64.random(in: 0...UInt64(longestStep), using: &random)
            let late = number - min(number, .random(in: 0..<100, using: &random))
            for each in [number, late] {
                window.insert(each)
                reference.insert(each)
            }
            for each in [number, late, number + 1, number - min(number, UInt64(longestStep))] {
                let isInReach = each <= number && number - each < UInt64(NumberWindow.capacity)
                #expect(window.contains(each) == (isInReach && reference.contains(each)))
            }
        }
        window.insert(.max)
        #expect(window.contains(.max) && !window.contains(number))
    }

    // MARK: Batches

    @Test func acknowledgesInBatches() throws {
        var out = ByteBuffer()
        var engine = try readyEngine(&out, pace: AcknowledgementPace(batch: 10, prefetch: 256), channelMax: 1)
        let now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
        let calls = Mutex<[NIODeadline?]>([])
        engine.attach(to: EngineLoop(clock: { now }, wakeUp: { time in calls.withLock { $0.append(time) } }))
        let recorder = RecordingRecorder()
        let intake = EntryIntake(recorder: recorder, makeReply: { _ in EntryReply { _ in } })
        var fake = FakeRabbitMQ()
        var sent: [[UInt64]] = []
        for tag in 1...25 {
            fake.deliver(UInt64(tag), body: json("\(tag)"))
            _ = try engine.feed(fake.take(), &out, recorder)
            sent += try acks(out)
            out.clear()
        }
        #expect(sent == [[80, 10, 1], [80, 20, 1]])
        #expect(calls.withLock { $0 } == [now + .seconds(1)], "one call is enough until it comes")
        engine.proceed(into: &out, intake: intake)
        #expect(try acks(out) == [[80, 25, 1]])
        out.clear()
        engine.proceed(into: &out, intake: intake)
        #expect(out.readableBytes == 0, "nothing is left to acknowledge")
        #expect(calls.withLock { $0.count } == 1)
        fake.deliver(26, body: json("26"))
        _ = try engine.feed(fake.take(), &out, recorder)
        #expect(out.readableBytes == 0)
        #expect(calls.withLock { $0.count } == 2)
        engine.drain(into: &out)
        #expect(try SentFrame.all(in: out).map(\.method) == [AMQP_BASIC_ACK_METHOD, AMQP_BASIC_CANCEL_METHOD])
    }

    /// RabbitMQ is never left without room for a further delivery.
    @Test(arguments: [(nil, 1, 1), (nil, 4, 2), (nil, 256, 64), (1000, 256, 128), (10, 256, 10), (0, 256, 1)])
    func acknowledgesHalfOfThePrefetchAtMost(_ wanted: Int?, _ prefetch: UInt16, _ expected: UInt64) {
        #expect(AcknowledgementPace(batch: wanted, prefetch: prefetch).batch == expected)
    }

    // MARK: What RabbitMQ may do

    @Test func saysThatItsConsumerWasEnded() throws {
        var out = ByteBuffer()
        var engine = try readyEngine(&out)
        var fake = FakeRabbitMQ()
        fake.say(.basicCancel)
        let error = #expect(throws: ProtocolError.self) { try engine.feed(fake.take(), &out, RecordingRecorder()) }
        #expect(error?.description.contains("the queue was deleted") == true)
    }

    /// Bodies of every size around one and two frames, and in frames that are not full, as RabbitMQ may send them.
    @Test(arguments: [Array(4070...4100), Array(8160...8190), [0, 1, 2, 100_000]])
    func assemblesBodiesAroundTheFrameLimit(_ sizes: [Int]) throws {
        var out = ByteBuffer()
        var engine = try readyEngine(&out)
        let recorder = RecordingRecorder()
        var fake = FakeRabbitMQ()
        let framework = json("").utf8.count
        var tag: UInt64 = 0
        for size in sizes {
            for part in [4088, 4087, 1000] {
                tag += 1
                let text = String(repeating: "x", count: max(0, size - framework))
                fake.deliver(
                    tag, body: size < framework ? String(repeating: " ", count: size) : json(text), partBytes: part)
            }
        }
        _ = try engine.feed(fake.take(), &out, recorder)
        let expected = sizes.filter { $0 >= framework }.flatMap { [Int](repeating: $0 - framework, count: 3) }
        #expect(recorder.entries.map(\.data.utf8.count) == expected)
        #expect(recorder.undecodable == 3 * sizes.count - expected.count)
    }

    /// All fourteen properties of the basic class, one by one and together, before and behind the message-id.
    @Test func findsTheIDAmongOtherProperties() throws {
        typealias Property = FakeRabbitMQ.Property
        for properties in [[], Property.allCases, [.messageID]] {
            var fake = FakeRabbitMQ()
            fake.writeHeader(
                Dictionary(
                    uniqueKeysWithValues: properties.map {
                        ($0, $0 == .messageID ? Property.text(Self.id) : $0.example)
                    }))
            var bytes = fake.take()
            var reader = FrameReader(hasSeenFrame: true)
            let frame = try #require(try reader.peek(bytes))
            let header = try ContentHeader(frame, bytes)
            #expect((header.messageID != nil) == properties.contains(.messageID))
            if let range = header.messageID {
                #expect(bytes.getString(at: bytes.readerIndex + range.lowerBound, length: range.count) == Self.id)
            }
            // Cut anywhere, it has no id or the same one, and never one beyond the frame.
            for size in 14..<frame.size {
                bytes.setInteger(UInt32(size), at: 3)
                let cut = FrameHeader(type: .header, channel: 1, size: size)
                let found = try ContentHeader(cut, bytes).messageID
                #expect(found == nil || found == header.messageID)
            }
        }
    }
}
