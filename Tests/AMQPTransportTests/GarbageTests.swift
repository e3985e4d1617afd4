import AMQPTestKit
import Broker
import EngineTestKit
import NIOCore
import Testing

@testable import AMQPTransport
@testable import TransportIO

/// Whatever a peer sends costs it its connection at most.
@Suite struct GarbageTests {
    private func feedServer(_ bytes: ByteBuffer, step: Int) throws {
        var engine = AMQPServerEngine(
            .init(
                url: try testURL("amqp://localhost?frame_max=4096"),
                queue: QueueDeclaration(name: "q", isTemporary: true), limits: EntryLimits(maxEntryBytes: 10_000)),
            recent: RecentMessages(), ready: {})
        let recorder = RecordingRecorder()
        var out = ByteBuffer()
        engine.open(into: &out)
        var (rest, input) = (bytes, ByteBuffer())
        do {
            while var part = rest.readSlice(length: min(step, rest.readableBytes)), part.readableBytes > 0 {
                input.writeBuffer(&part)
                input = try engine.feed(input, &out, recorder)
                #expect(input.readableBytes < 131_072 + step)
            }
        } catch is ProtocolError {}
        engine.drain(into: &out)
    }

    private func feedClient(_ bytes: ByteBuffer, step: Int) throws {
        var engine = AMQPClientEngine(
            .init(url: try testURL("amqp://localhost?frame_max=4096"), queue: "golden-durable", maxInFlight: 8))
        var completions = Completions()
        var out = ByteBuffer()
        engine.open(into: &out)
        var (rest, input, sent) = (bytes, ByteBuffer(), 0)
        do {
            while var part = rest.readSlice(length: min(step, rest.readableBytes)), part.readableBytes > 0 {
                input.writeBuffer(&part)
                try engine.receive(&input, into: &out, completions: &completions)
                while engine.isReady && sent < 3 {
                    try engine.send(LogEntry(name: "n", data: "d"), ticket: sent, into: &out)
                    sent += 1
                }
            }
        } catch is ProtocolError {}
        #expect(completions.list.count <= 3)
        engine.close(into: &out)
    }

    @Test(arguments: 0..<20)
    func mutationsNeverTrap(_ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed) &* 7919 &+ 1)
        for _ in 0..<20 {
            var server = GoldenBytes.serverReceived
            var client = GoldenBytes.clientReceived
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                // Most of the mutations hit the small frames, not the long body.
                server.setInteger(
                    UInt8.random(in: 0...255, using: &random), at: Int.random(in: 0..<1100, using: &random))
                client.setInteger(
                    UInt8.random(in: 0...255, using: &random),
                    at: Int.random(in: 0..<client.writerIndex, using: &random))
            }
            let step = [17, 100, 20_000].randomElement(using: &random) ?? 1
            try feedServer(server, step: step)
            try feedClient(client, step: step)
        }
    }

    @Test(arguments: 0..<20)
    func randomFramesNeverTrap(_ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed) &* 104_729 &+ 3)
        for _ in 0..<40 {
            var fake = FakeRabbitMQ()
            if Bool.random(using: &random) { fake.welcomeLogger() } else { fake.welcomeBroker() }
            for _ in 0..<20 {
                let size = Int.random(in: 0...40, using: &random)
                let type = [1, 1, 2, 3, 8].randomElement(using: &random) ?? 1
                fake.out.writeMultipleIntegers(UInt8(type), UInt16.random(in: 0...1, using: &random), UInt32(size))
                let classes: [UInt16] = [10, 20, 40, 50, 60, 85]
                if type == 1 && size >= 4 {
                    fake.out.writeMultipleIntegers(
                        classes.randomElement(using: &random) ?? 60,
                        (UInt16(1)...12).map { $0 * 10 + UInt16.random(in: 0...1, using: &random) }
                            .randomElement(using: &random) ?? 10)
                }
                let filled = type == 1 && size >= 4 ? size - 4 : size
                for _ in 0..<filled { fake.out.writeInteger(UInt8.random(in: 0...255, using: &random)) }
                fake.out.writeInteger(FrameHeader.end)
            }
            try feedServer(fake.out, step: 50)
            try feedClient(fake.out, step: 50)
        }
    }

    @Test func sizesAreCheckedBeforeBytesAreAwaited() throws {
        for size in [4089, 131_065, UInt32.max] {
            var engine = AMQPServerEngine(
                .init(url: try testURL(), queue: QueueDeclaration(name: "q")), recent: RecentMessages(), ready: {})
            var out = ByteBuffer()
            engine.open(into: &out)
            var fake = FakeRabbitMQ()
            fake.welcomeLogger()
            _ = try engine.feed(fake.take(), &out, RecordingRecorder())
            fake.out.writeMultipleIntegers(FrameType.body.rawValue, UInt16(1), size)
            #expect(throws: ProtocolError.self) { try engine.feed(fake.take(), &out, RecordingRecorder()) }
        }
    }
}
