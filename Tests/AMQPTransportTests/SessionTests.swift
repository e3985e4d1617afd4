import AMQPTestKit
import Broker
import CRabbitMQ
import NIOCore
import Testing

@testable import AMQPTransport
@testable import TransportIO

/// What is said and heard around the entries.
@Suite struct SessionTests {
    /// RabbitMQ gives the channels of a connection that is closed three seconds, and forgets what they still had to do.
    @Test func whatNobodyConfirmsIsTakenBeforeGoodbye() throws {
        var mode = PublishMode.unconfirmed
        mode.channels = 2
        var (engine, fake) = (AMQPClientEngine(.init(url: try testURL(), mode: mode)), FakeRabbitMQ())
        var (out, completions) = (ByteBuffer(), Completions())
        engine.open(into: &out)
        fake.welcome(setup: [.exchangeDeclareOK])
        fake.say(.channelOpenOK, channel: 2)
        var bytes = fake.take()
        try engine.receive(&bytes, into: &out, completions: &completions)
        #expect(engine.isReady)
        out.clear()
        try engine.send(LogEntry(name: "n", data: "d"), ticket: 0, into: &out)
        engine.close(into: &out)
        #expect(engine.isRetired && !engine.isClosed)
        let closes = try SentFrame.all(in: out).suffix(2)
        #expect(closes.map(\.method) == [AMQP_CHANNEL_CLOSE_METHOD, AMQP_CHANNEL_CLOSE_METHOD])
        #expect(closes.map(\.channel) == [1, 2])
        for channel: UInt16 in [2, 1] {
            out.clear()
            fake.say(.channelCloseOK, channel: channel)
            bytes = fake.take()
            try engine.receive(&bytes, into: &out, completions: &completions)
            let said = try SentFrame.all(in: out).map(\.method)
            #expect(said == (channel == 1 ? [AMQP_CONNECTION_CLOSE_METHOD] : []))
        }
        fake.say(.connectionCloseOK, channel: 0)
        bytes = fake.take()
        try engine.receive(&bytes, into: &out, completions: &completions)
        #expect(engine.isClosed)
    }

    /// A classic one is away with its node, and then nobody can declare it, nor go on behind it.
    @Test func deadLettersAreKeptAsTheirQueueIs() {
        for kind in [QueueDeclaration.Kind.classic, .quorum] {
            let queue = QueueDeclaration(name: "q", kind: kind)
            #expect(queue.setup.first == .declareDeadLetterQueue("q.dead", kind))
        }
    }

    private func text(_ parts: [UInt8]...) -> String? {
        FieldTable(ByteBuffer(bytes: parts.flatMap(\.self))).text("version")
    }

    @Test func theServersVersionIsReadAmongWhatItSays() {
        func key(_ name: String, _ kind: Character) -> [UInt8] {
            [UInt8(name.utf8.count)] + Array(name.utf8) + [kind.asciiValue ?? 0]
        }
        func long(_ bytes: [UInt8]) -> [UInt8] { [0, 0, 0, UInt8(bytes.count)] + bytes }
        let version = key("version", "S") + long(Array("4.0.5".utf8))
        #expect(text(version) == "4.0.5")
        let others = key("capabilities", "F") + long(key("version", "S") + long(Array("no".utf8)))
        #expect(
            text(others, key("x", "t"), [1], key("y", "l"), [0, 0, 0, 0, 0, 0, 0, 1], key("z", "V"), version) == "4.0.5"
        )
        #expect(text(key("version", "S") + long(Array("4\u{1b}[0m".utf8)))?.contains("\u{1b}") == false)
        // Malformed, or of an unknown kind.
        #expect(text() == nil && text(key("version", "?"), version) == nil)
        for count in 1..<version.count { #expect(text(Array(version.prefix(count))) == nil) }
        #expect(text(key("version", "F"), [0xFF, 0xFF, 0xFF, 0xFF]) == nil)
    }
}
