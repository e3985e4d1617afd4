import AMQPTestKit
import Broker
import CRabbitMQ
import NIOCore
import Synchronization
import Testing

@testable import AMQPTransport
@testable import TransportIO

@Suite struct ClientEngineTests {
    private static let goldenEntries = [
        LogEntry(name: "first", data: "one"),
        LogEntry(
            name: "second", data: "two", severity: .warning,
            stamp: RunStamp(run: "golden", sequence: 7, sentAt: 1_700_000_000_000_000_000)),
        LogEntry(name: "third", data: String(repeating: "3", count: 9000), severity: .error),
    ]

    private func engine(
        _ text: String = "amqp://localhost", queue: String? = nil, leaderSearch: LeaderSearch? = nil
    ) throws -> AMQPClientEngine {
        var configuration = AMQPClientEngine.Configuration(url: try testURL(text), queue: queue)
        configuration.leaderSearch = leaderSearch
        return AMQPClientEngine(configuration)
    }

    private func readyEngine(
        _ out: inout ByteBuffer, leaderSearch: LeaderSearch? = nil
    ) throws -> AMQPClientEngine {
        var engine = try engine(leaderSearch: leaderSearch)
        var fake = FakeRabbitMQ()
        fake.welcomeBroker()
        var completions = Completions()
        engine.open(into: &out)
        var bytes = fake.take()
        try engine.receive(&bytes, into: &out, completions: &completions)
        #expect(engine.isReady)
        out.clear()
        return engine
    }

    /// Every byte of RabbitMQ's side in every split; every byte of ours as recorded.
    @Test(arguments: [1, 2, 3, 7, 64, 1000])
    func repeatsTheRecordedConversation(_ step: Int) throws {
        var engine = try engine("amqp://localhost?frame_max=4096", queue: "golden-durable")
        var out = ByteBuffer()
        var completions = Completions()
        engine.open(into: &out)
        // The last 75 bytes are three acks of 21 bytes and close-ok of 12: answers to what is sent in between.
        var received = GoldenBytes.clientReceived
        var handshake = received.readSlice(length: received.readableBytes - 75) ?? ByteBuffer()
        var acks = received.readSlice(length: 63) ?? ByteBuffer()
        var input = ByteBuffer()
        func feed(_ bytes: inout ByteBuffer) throws {
            while var part = bytes.readSlice(length: min(step, bytes.readableBytes)), part.readableBytes > 0 {
                input.writeBuffer(&part)
                try engine.receive(&input, into: &out, completions: &completions)
            }
        }
        try feed(&handshake)
        #expect(engine.isReady)
        for (ticket, entry) in Self.goldenEntries.enumerated() {
            let id = EntryID(connection: GoldenBytes.connection, number: UInt64(ticket) + 1)
            try engine.send(entry, id: id, ticket: ticket, into: &out)
        }
        try feed(&acks)
        engine.close(into: &out)
        try feed(&received)
        #expect(completions.list.map(\.ticket) == [0, 1, 2])
        #expect(completions.list.allSatisfy { $0.failure == nil })
        #expect(engine.isClosed)
        #expect(try SentFrame.all(in: out) == SentFrame.all(in: GoldenBytes.clientSent))
    }

    @Test(arguments: [0, 1, 4087, 4088, 4089, 8176, 8177, 1 << 20])
    func splitsBodiesAtFrameMax(_ size: Int) throws {
        let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var out = ByteBuffer(string: "before")
        out.moveReaderIndex(forwardBy: 3)
        let id = EntryID(connection: 0x0123_4567_89ab_cdef, number: 0xfedc_ba98_7654_3210)
        let content = ContentTemplate(severity: .error, mode: .standard)
            .begin(id, size: size, frameMax: 4096, into: &out)
        out.writeBytes(body)
        content.end(in: &out)
        out.moveReaderIndex(forwardBy: 3)
        let frames = try SentFrame.all(in: out)
        #expect(frames.map(\.type).starts(with: [.method, .header]))
        #expect(frames[0].method == AMQP_BASIC_PUBLISH_METHOD)
        #expect(frames[1].payload[4..<12].reduce(0) { $0 << 8 | Int($1) } == size)
        #expect(frames[1].payload.suffix(33).elementsEqual("0123456789abcdef-fedcba9876543210".utf8))
        #expect(frames.dropFirst(2).allSatisfy { $0.type == .body && (1...4088).contains($0.payload.count) })
        #expect(frames.dropFirst(2).flatMap(\.payload) == body)
        #expect(frames.count == 2 + (size + 4087) / 4088)
    }

    @Test func settlesConfirmsInAnyOrder() throws {
        var out = ByteBuffer()
        var engine = try readyEngine(&out)
        for ticket in 0..<8 {
            try engine.send(LogEntry(name: "n", data: "d"), ticket: ticket, into: &out)
        }
        var fake = FakeRabbitMQ()
        fake.say(.confirm(2))
        fake.say(.confirm(4, multiple: true))
        fake.say(.refuse(6))
        fake.say(.confirm(5))
        fake.say(.refuse(0, multiple: true))
        var completions = Completions()
        var bytes = fake.take()
        try engine.receive(&bytes, into: &out, completions: &completions)
        #expect(completions.list.map(\.ticket) == [1, 0, 2, 3, 5, 4, 6, 7])
        let failed = completions.list.filter { $0.failure != nil }
        #expect(failed.map(\.ticket) == [5, 6, 7])
        #expect(failed.allSatisfy { $0.failure?.fate == .rejected })
    }

    /// A new channel may find the new leader of the queue, and what was published is sent again on it; for a while.
    @Test func leavesAChannelThatDoesNotFindTheLeader() throws {
        var out = ByteBuffer()
        /// What becomes of two entries when RabbitMQ says these methods.
        func fates(_ search: LeaderSearch?, _ methods: FakeRabbitMQ.Method...) throws -> [TransportError.Fate?] {
            var engine = try readyEngine(&out, leaderSearch: search)
            for ticket in 0..<2 { try engine.send(LogEntry(name: "n", data: "d"), ticket: ticket, into: &out) }
            var fake = FakeRabbitMQ()
            for method in methods { fake.say(method) }
            var completions = Completions()
            var bytes = fake.take()
            try engine.receive(&bytes, into: &out, completions: &completions)
            return completions.list.map(\.failure?.fate)
        }
        #expect(try fates(nil, .refuse(2)) == [.rejected])
        let search = LeaderSearch(patience: .seconds(3600))
        for _ in 0..<2 {
            #expect(throws: ProtocolError("it takes nothing (basic.nack): the queue's leader may be away")) {
                _ = try fates(search, .refuse(2))
            }
        }
        // One that has taken something has a leader.
        #expect(try fates(search, .confirm(1), .refuse(2)) == [nil, .rejected])
        // A queue that is full says no more than that.
        #expect(try fates(LeaderSearch(patience: .zero), .refuse(2)) == [.rejected])
    }

    @Test(arguments: [0, 2, 9, UInt64.max], [false, true])
    func refusesConfirmsOfNothing(_ tag: UInt64, _ multiple: Bool) throws {
        var out = ByteBuffer()
        var engine = try readyEngine(&out)
        try engine.send(LogEntry(name: "n", data: "d"), ticket: 0, into: &out)
        var fake = FakeRabbitMQ()
        fake.say(.confirm(1))
        fake.say(.confirm(tag, multiple: multiple))
        var completions = Completions()
        var bytes = fake.take()
        if tag == 0 && multiple {
            try engine.receive(&bytes, into: &out, completions: &completions)
        } else {
            #expect(throws: ProtocolError.self) {
                try engine.receive(&bytes, into: &out, completions: &completions)
            }
        }
        #expect(completions.list.map(\.ticket) == [0])
    }

    @Test func waitsWhileBlockedAndSaysSo() throws {
        let notices = Mutex<[String]>([])
        var engine = AMQPClientEngine(
            .init(url: try testURL(), notice: { text in notices.withLock { $0.append(text) } }))
        var (out, completions) = (ByteBuffer(), Completions())
        engine.open(into: &out)
        var fake = FakeRabbitMQ()
        fake.welcomeBroker()
        fake.say(.blocked("low on memory"), channel: 0)
        var bytes = fake.take()
        try engine.receive(&bytes, into: &out, completions: &completions)
        #expect(engine.isReady && engine.isBlocked)
        #expect(engine.capacity == 0)
        #expect(notices.withLock { $0 } == ["takes nothing at present (connection.blocked: low on memory); sends wait"])
        fake.say(.connectionUnblocked, channel: 0)
        bytes = fake.take()
        try engine.receive(&bytes, into: &out, completions: &completions)
        #expect(engine.capacity == 64 && !engine.isBlocked)
        #expect(notices.withLock { $0.last } == "takes entries again")
    }

    @Test func waitsWhileTheChannelIsStopped() throws {
        var out = ByteBuffer()
        var engine = try readyEngine(&out)
        var completions = Completions()
        for active in [false, true] {
            var fake = FakeRabbitMQ()
            fake.say(.flow(active))
            var bytes = fake.take()
            out.clear()
            try engine.receive(&bytes, into: &out, completions: &completions)
            #expect(engine.capacity == (active ? 64 : 0))
            #expect(try SentFrame.all(in: out).map(\.method) == [AMQP_CHANNEL_FLOW_OK_METHOD])
        }
    }

    @Test func saysWhyTheConnectionWasClosed() throws {
        var out = ByteBuffer()
        var engine = try readyEngine(&out)
        var fake = FakeRabbitMQ()
        fake.say(
            .closeConnection(320, "CONNECTION_FORCED - broker forced connection closure with reason 'shutdown'"),
            channel: 0)
        var completions = Completions()
        var bytes = fake.take()
        let error = #expect(throws: ProtocolError.self) {
            try engine.receive(&bytes, into: &out, completions: &completions)
        }
        #expect(error?.description.contains("CONNECTION_FORCED - broker forced connection closure") == true)
        #expect(error?.description.contains("320") == true)
        #expect(try SentFrame.all(in: out).map(\.method) == [AMQP_CONNECTION_CLOSE_OK_METHOD])
    }

    /// A message that no queue takes comes back before its confirm, which may be one with `multiple`.
    @Test func rejectsWhatComesBack() throws {
        var out = ByteBuffer()
        var engine = try readyEngine(&out)
        for (ticket, size) in [(3, 1), (5, 5000), (7, 0)] {
            let id = EntryID(connection: 9, number: UInt64(ticket))
            engine.publish(id, .info, size: size, ticket: ticket, into: &out) {
                $0.writeRepeatingByte(0x20, count: size)
            }
        }
        let sent = out
        var fake = FakeRabbitMQ()
        fake.returnMessages(in: sent, [0, 1], 312, "NO_ROUTE")
        fake.say(.confirm(3, multiple: true))
        var completions = Completions()
        var bytes = fake.take()
        try engine.receive(&bytes, into: &out, completions: &completions)
        #expect(completions.list.map(\.ticket) == [3, 5, 7])
        #expect(completions.list.map { $0.failure?.fate } == [.rejected, .rejected, nil])
        #expect(completions.list[0].failure?.message.contains("NO_ROUTE") == true)
    }

    @Test func toleratesReturnsOfNothing() throws {
        var out = ByteBuffer()
        var engine = try readyEngine(&out)
        try engine.send(LogEntry(name: "n", data: "d"), ticket: 3, into: &out)
        var fake = FakeRabbitMQ()
        fake.returnMessages(in: out, [0], 312, "NO_ROUTE")
        fake.say(.confirm(1))
        fake.returnMessages(in: out, [0], 312, "NO_ROUTE")
        var completions = Completions()
        var bytes = fake.take()
        try engine.receive(&bytes, into: &out, completions: &completions)
        #expect(completions.list.map(\.ticket) == [3])
        fake.returnMessages(in: out, [0], 312, "NO_ROUTE")
        bytes = fake.take()
        let length = try FrameReader.first(bytes).totalBytes
        bytes.writeBytes(bytes.getBytes(at: bytes.readerIndex, length: length) ?? [])
        bytes.moveReaderIndex(forwardBy: length)
        #expect(throws: ProtocolError.self, "content without its basic.return") {
            try engine.receive(&bytes, into: &out, completions: &completions)
        }
    }

    /// What is sent again has the same id; all else is as before.
    @Test func sendsAgainUnderTheSameID() throws {
        var (first, second) = (ByteBuffer(), ByteBuffer())
        var engines = [try readyEngine(&first), try readyEngine(&second)]
        let id = EntryID(connection: 77, number: 5)
        let entry = LogEntry(name: "n", data: "d")
        try engines[0].send(entry, id: id, ticket: 0, into: &first)
        try engines[1].send(entry, id: id, ticket: 9, into: &second)
        #expect(first == second)
        #expect(first.readableBytesView.contains(subsequence: "000000000000004d-0000000000000005".utf8))
    }

    @Test func publishesAsTheModeSays() throws {
        for (mode, exchange, deliveryMode) in [
            (PublishMode.standard, "logs_topic", UInt8(2)), (.quorum, "logs_topic.quorum", 2),
            (.transient, "logs_topic", 1), (.unconfirmed, "logs_topic", 2),
        ] {
            var engine = AMQPClientEngine(.init(url: try testURL(), mode: mode))
            var (out, completions) = (ByteBuffer(), Completions())
            engine.open(into: &out)
            var fake = FakeRabbitMQ()
            fake.welcome(setup: [.exchangeDeclareOK])
            if mode.isConfirmed { fake.say(.confirmSelectOK) }
            var bytes = fake.take()
            try engine.receive(&bytes, into: &out, completions: &completions)
            #expect(engine.isReady)
            #expect(engine.completesOnWrite == !mode.isConfirmed)
            let methods = try SentFrame.all(in: out).map(\.method)
            #expect(methods.contains(AMQP_CONFIRM_SELECT_METHOD) == mode.isConfirmed)
            out.clear()
            try engine.send(LogEntry(name: "n", data: "d"), ticket: 0, into: &out)
            let frames = try SentFrame.all(in: out)
            #expect(frames[0].payload.contains(subsequence: exchange.utf8))
            #expect(frames[0].payload.last == 1, "mandatory")
            #expect(frames[1].payload.dropLast(34).last == deliveryMode)
        }
    }

    @Test func declaresAQuorumQueueWithDeadLetters() throws {
        var engine = AMQPClientEngine(.init(url: try testURL(), mode: .quorum, queue: "q"))
        var (out, completions) = (ByteBuffer(), Completions())
        engine.open(into: &out)
        var fake = FakeRabbitMQ()
        fake.welcome(setup: [.exchangeDeclareOK, .queueDeclareOK, .queueDeclareOK])
        var bytes = fake.take()
        try engine.receive(&bytes, into: &out, completions: &completions)
        let declared = try SentFrame.all(in: out).filter { $0.method == AMQP_QUEUE_DECLARE_METHOD }.map(\.payload)
        try #require(declared.count == 2)
        #expect(declared[0].contains(subsequence: "q.dead".utf8))
        #expect(declared[0].contains(subsequence: "x-max-length".utf8))
        for text in ["x-queue-type", "quorum", "x-dead-letter-exchange", "x-dead-letter-routing-key", "q.dead"] {
            #expect(declared[1].contains(subsequence: text.utf8), "\(text)")
        }
    }

    @Test(arguments: ["", "AMQPLAIN", "AMQPLAIN EXTERNAL", "PLAINTEXT"])
    func refusesToLogInOtherwise(_ mechanisms: String) throws {
        var engine = try engine()
        var (out, completions) = (ByteBuffer(), Completions())
        engine.open(into: &out)
        out.clear()
        var fake = FakeRabbitMQ()
        fake.start(mechanisms: mechanisms)
        var bytes = fake.take()
        let error = #expect(throws: ProtocolError.self) {
            try engine.receive(&bytes, into: &out, completions: &completions)
        }
        #expect(error?.description.contains("does not offer the login mechanism PLAIN") == true)
        #expect(out.readableBytes == 0, "no password is told")
    }

    @Test func logsInByCertificate() throws {
        var engine = try engine(
            "amqps://user:secret@localhost?auth_mechanism=external&certfile=c.pem&keyfile=k.pem")
        var (out, completions) = (ByteBuffer(), Completions())
        engine.open(into: &out)
        var fake = FakeRabbitMQ()
        fake.start(mechanisms: "PLAIN EXTERNAL")
        var bytes = fake.take()
        try engine.receive(&bytes, into: &out, completions: &completions)
        let startOk = try #require(try SentFrame.all(in: out).last)
        #expect(startOk.method == AMQP_CONNECTION_START_OK_METHOD)
        #expect(startOk.payload.contains(subsequence: "EXTERNAL".utf8))
        #expect(!startOk.payload.contains(subsequence: "secret".utf8))
    }

    @Test func answersACloseAndSaysWhy() throws {
        var out = ByteBuffer()
        var engine = try readyEngine(&out)
        var fake = FakeRabbitMQ()
        fake.say(.closeChannel(404, "NOT_FOUND - no exchange 'logs_topic' in vhost '/'"))
        var completions = Completions()
        var bytes = fake.take()
        let error = #expect(throws: ProtocolError.self) {
            try engine.receive(&bytes, into: &out, completions: &completions)
        }
        #expect(error?.description.contains("no exchange 'logs_topic'") == true)
        #expect(try SentFrame.all(in: out).map(\.method) == [AMQP_CHANNEL_CLOSE_OK_METHOD])
    }

    @Test func usesAQueueThatExistsWithOtherProperties() throws {
        var engine = try engine(queue: "quorum")
        var out = ByteBuffer()
        var completions = Completions()
        engine.open(into: &out)
        var fake = FakeRabbitMQ()
        fake.welcome(setup: [.exchangeDeclareOK, .queueDeclareOK])
        fake.say(.closeChannel(406, "PRECONDITION_FAILED - inequivalent arg 'x-queue-type'"))
        fake.say(.channelOpenOK)
        for _ in 0..<3 { fake.say(.queueBindOK) }
        fake.say(.confirmSelectOK)
        var bytes = fake.take()
        try engine.receive(&bytes, into: &out, completions: &completions)
        #expect(engine.isReady)
    }

    @Test func namesWhatItCannotDo() throws {
        for (code, text, step, expected) in [
            (403, "ACCESS_REFUSED - Login was refused", 1, "Check user and password"),
            (530, "NOT_ALLOWED - vhost nope not found", 2, "Create the vhost"),
        ] {
            var engine = try engine()
            var out = ByteBuffer()
            var completions = Completions()
            engine.open(into: &out)
            var fake = FakeRabbitMQ()
            fake.welcome()
            var all = fake.take()
            var bytes = ByteBuffer()
            for _ in 0..<step {
                let length = try FrameReader.first(all).totalBytes
                bytes.writeBytes(all.readBytes(length: length) ?? [])
            }
            fake.say(.closeConnection(UInt16(code), text), channel: 0)
            bytes.writeImmutableBuffer(fake.out)
            let error = #expect(throws: ProtocolError.self) {
                try engine.receive(&bytes, into: &out, completions: &completions)
            }
            #expect(error?.description.contains(expected) == true)
            #expect(try SentFrame.all(in: out).last?.method == AMQP_CONNECTION_CLOSE_OK_METHOD)
        }
    }

    @Test(arguments: [
        ("HTTP/1.1 400 Bad Request\r\n", "HTTP"), ("AMQP\u{0}\u{0}\u{9}\u{1}", "0-0-9-1"), ("\u{15}\u{3}\u{1}", "TLS"),
        ("hello", "does not speak AMQP"),
    ])
    func saysWhatElseThePeerSpeaks(_ greeting: String, _ expected: String) throws {
        var engine = try engine()
        var out = ByteBuffer()
        var completions = Completions()
        engine.open(into: &out)
        var bytes = ByteBuffer(string: greeting)
        let error = #expect(throws: ProtocolError.self) {
            try engine.receive(&bytes, into: &out, completions: &completions)
        }
        #expect(error?.description.contains(expected) == true)
    }

    @Test func noticesADeadPeer() throws {
        var out = ByteBuffer()
        var engine = try readyEngine(&out)
        #expect(engine.keepAliveInterval == .seconds(10))
        for _ in 0..<4 { try engine.keepAlive(into: &out) }
        #expect(try SentFrame.all(in: out).map(\.type) == [.heartbeat, .heartbeat, .heartbeat, .heartbeat])
        #expect(throws: ProtocolError.self) { try engine.keepAlive(into: &out) }
    }

    @Test func refusesEntriesBeyondTheLimit() throws {
        var out = ByteBuffer()
        var engine = AMQPClientEngine(
            .init(url: try testURL(), limits: EntryLimits(maxEntryBytes: 10)))
        let error = #expect(throws: TransportError.self) {
            try engine.send(LogEntry(name: "12345", data: "123456"), ticket: 0, into: &out)
        }
        #expect(error?.fate == .notSent)
        #expect(out.readableBytes == 0)
    }
}

extension FrameReader {
    /// The header of the first frame of a complete stream.
    static func first(_ bytes: ByteBuffer) throws -> FrameHeader {
        var reader = FrameReader()
        return try #require(try reader.peek(bytes))
    }
}

extension Sequence where Element == UInt8 {
    /// Whether these bytes occur in it, one after the other.
    func contains(subsequence wanted: some Sequence<UInt8>) -> Bool {
        Array(self).firstRange(of: Array(wanted)) != nil
    }
}
