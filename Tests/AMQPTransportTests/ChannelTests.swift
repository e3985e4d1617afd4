import AMQPTestKit
import Broker
import CRabbitMQ
import NIOCore
import Synchronization
import Testing

@testable import AMQPTransport
@testable import TransportIO

/// A connection whose entries are dealt to several channels.
@Suite struct ChannelTests {
    private static let entry = LogEntry(name: "n", data: "d")

    /// An engine, and what was said between it and a RabbitMQ.
    private struct Conversation {
        var engine: AMQPClientEngine
        var fake = FakeRabbitMQ()
        var out = ByteBuffer()
        var completions = Completions()

        init(channels: UInt16, notice: @escaping @Sendable (String) -> Void = { _ in }) throws {
            var mode = PublishMode.standard
            mode.channels = channels
            engine = AMQPClientEngine(.init(url: try testURL(), mode: mode, notice: notice))
            engine.open(into: &out)
        }

        /// Gives the engine what RabbitMQ has said since the last time.
        mutating func hear() throws {
            var bytes = fake.take()
            try engine.receive(&bytes, into: &out, completions: &completions)
        }

        /// What the engine has said since the last time.
        mutating func said() throws -> [SentFrame] {
            defer { out.clear() }
            return try SentFrame.all(in: out)
        }

        mutating func send(_ tickets: Range<Int>) throws {
            for ticket in tickets { try engine.send(ChannelTests.entry, ticket: ticket, into: &out) }
        }
    }

    private func ready(channels: UInt16, notice: @escaping @Sendable (String) -> Void = { _ in }) throws -> Conversation
    {
        var conversation = try Conversation(channels: channels, notice: notice)
        conversation.fake.welcomeBroker(channels: channels)
        try conversation.hear()
        #expect(conversation.engine.isReady)
        return conversation
    }

    @Test func opensThemAllBeforeItIsReady() throws {
        var conversation = try Conversation(channels: 3)
        conversation.fake.welcomeBroker(channels: 2, channelMax: 3)
        try conversation.hear()
        #expect(!conversation.engine.isReady, "nothing was heard of the third")
        conversation.fake.say(.channelOpenOK, channel: 3)
        conversation.fake.say(.confirmSelectOK, channel: 3)
        try conversation.hear()
        #expect(conversation.engine.isReady)
        let said = try conversation.said()
        let tuneOk = try #require(said.first { $0.method == AMQP_CONNECTION_TUNE_OK_METHOD })
        #expect(tuneOk.payload[4..<6].elementsEqual([0, 3]), "channel-max")
        #expect(said.filter { $0.method == AMQP_CHANNEL_OPEN_METHOD }.map(\.channel) == [1, 2, 3])
        #expect(said.filter { $0.method == AMQP_CONFIRM_SELECT_METHOD }.map(\.channel).sorted() == [1, 2, 3])
        #expect(said.filter { $0.method == AMQP_EXCHANGE_DECLARE_METHOD }.map(\.channel) == [1])
    }

    /// Each channel has delivery tags of its own.
    @Test func dealsEntriesInTurn() throws {
        var conversation = try ready(channels: 3)
        _ = try conversation.said()
        try conversation.send(0..<7)
        let published = try conversation.said().filter { $0.method == AMQP_BASIC_PUBLISH_METHOD }.map(\.channel)
        #expect(published == [2, 3, 1, 2, 3, 1, 2])
        conversation.fake.say(.confirm(2, multiple: true), channel: 3)
        conversation.fake.say(.confirm(1), channel: 1)
        conversation.fake.say(.confirm(3, multiple: true), channel: 2)
        try conversation.hear()
        #expect(conversation.completions.list.map(\.ticket) == [1, 4, 2, 0, 3, 6])
        conversation.fake.say(.confirm(3), channel: 3)
        #expect(throws: ProtocolError.self, "only two were published on it") { try conversation.hear() }
    }

    @Test func keepsAllFramesOfAMessageOnItsChannel() throws {
        var conversation = try ready(channels: 4)
        _ = try conversation.said()
        let long = LogEntry(name: "n", data: String(repeating: "x", count: 10_000))
        for ticket in 0..<4 { try conversation.engine.send(long, ticket: ticket, into: &conversation.out) }
        // basic.publish, the content header, three bodies.
        #expect(try conversation.said().map(\.channel) == [2, 3, 4, 1].flatMap { [UInt16](repeating: $0, count: 5) })
    }

    /// One channel that RabbitMQ closes takes along what it carried, and nothing else.
    @Test func opensAClosedChannelAgain() throws {
        let notices = Mutex<[String]>([])
        var conversation = try ready(channels: 2) { text in notices.withLock { $0.append(text) } }
        try conversation.send(0..<4)
        conversation.fake.say(.confirm(1), channel: 1)
        conversation.fake.say(.confirm(1), channel: 2)
        try conversation.hear()
        #expect(conversation.completions.list.map(\.ticket) == [1, 0])
        _ = try conversation.said()

        conversation.completions.removeAll()
        conversation.fake.say(.closeChannel(406, "PRECONDITION_FAILED - message size 9 is larger than 8"), channel: 2)
        try conversation.hear()
        #expect(conversation.completions.list.map(\.ticket) == [2])
        let failure = try #require(conversation.completions.list.first?.failure)
        #expect(failure.fate == .unknown)
        #expect(failure.message.contains("PRECONDITION_FAILED - message size 9 is larger than 8 (reply code 406)"))
        #expect(try conversation.said().map(\.method) == [AMQP_CHANNEL_CLOSE_OK_METHOD, AMQP_CHANNEL_OPEN_METHOD])
        #expect(notices.withLock { $0.first }?.hasSuffix("opening it again") == true)

        // Meanwhile the other one takes all.
        #expect(conversation.engine.isReady && conversation.engine.capacity == 64)
        try conversation.send(10..<12)
        #expect(try conversation.said().filter { $0.type == .method }.map(\.channel) == [1, 1])
        conversation.fake.say(.channelOpenOK, channel: 2)
        conversation.fake.say(.exchangeDeclareOK, channel: 2)
        conversation.fake.say(.confirmSelectOK, channel: 2)
        try conversation.hear()
        // What may have been missing is declared anew.
        #expect(
            try conversation.said().map(\.method) == [AMQP_EXCHANGE_DECLARE_METHOD, AMQP_CONFIRM_SELECT_METHOD])

        conversation.completions.removeAll()
        try conversation.send(20..<22)
        conversation.fake.say(.confirm(1), channel: 2)
        conversation.fake.say(.confirm(5, multiple: true), channel: 1)
        try conversation.hear()
        #expect(conversation.completions.list.map(\.ticket) == [20, 3, 10, 11, 21])
        #expect(conversation.completions.list.allSatisfy { $0.failure == nil })
    }

    @Test func takesNothingWhileEveryChannelIsClosed() throws {
        var conversation = try ready(channels: 1)
        try conversation.send(0..<1)
        conversation.fake.say(.confirm(1))
        conversation.fake.say(.closeChannel(404, "NOT_FOUND - no exchange 'logs_topic' in vhost '/'"))
        try conversation.hear()
        #expect(conversation.engine.isReady && conversation.engine.capacity == 0)
        #expect(throws: TransportError.self) { try conversation.send(1..<2) }
    }

    /// A channel that is closed before anything was confirmed on it would only be closed again.
    @Test func givesUpAConnectionWhoseChannelIsOfNoUse() throws {
        var conversation = try ready(channels: 2)
        try conversation.send(0..<2)
        conversation.fake.say(.closeChannel(403, "ACCESS_REFUSED"), channel: 2)
        let error = #expect(throws: ProtocolError.self) { try conversation.hear() }
        #expect(error?.description.contains("ACCESS_REFUSED (reply code 403)") == true)
    }

    @Test func waitsUntilEveryChannelMaySpeak() throws {
        var conversation = try ready(channels: 2)
        for (channel, active, capacity) in [(UInt16(1), false, 0), (2, false, 0), (1, true, 0), (2, true, 64)] {
            conversation.fake.say(.flow(active), channel: channel)
            try conversation.hear()
            #expect(conversation.engine.capacity == capacity)
        }
    }

    @Test func saysThatRabbitMQAllowsFewer() throws {
        var conversation = try Conversation(channels: 3)
        conversation.fake.welcome(channelMax: 2)
        let error = #expect(throws: ProtocolError.self) { try conversation.hear() }
        #expect(error?.description == "it allows 2 channels on a connection, not 3 (channel_max)")
        let refusal = #expect(throws: TransportError.self) {
            try AMQP.client(
                .standard, ClientOptions(target: "amqp://localhost?channel_max=2", queue: nil, channels: 3))
        }
        #expect(refusal?.message.contains("channel_max") == true)
    }

    @Test(arguments: [UInt16(0), 3, 65_535])
    func refusesAConfirmOnAChannelThatIsNotThere(_ channel: UInt16) throws {
        var conversation = try ready(channels: 2)
        try conversation.send(0..<2)
        conversation.fake.say(.confirm(1), channel: channel)
        #expect(throws: ProtocolError.self) { try conversation.hear() }
    }
}
