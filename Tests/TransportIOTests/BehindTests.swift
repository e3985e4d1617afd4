import Broker
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import TransportIO

/// A recorder that is behind, as one whose disk is slow: connections are not read from while they have entries with it.
@Suite struct BehindTests {
    private final class SlowRecorder: EntryRecorder {
        let inner = PatientRecorder()
        let behind = Atomic(true)

        var isBehind: Bool { behind.load(ordering: .relaxed) }

        func record(_ entry: borrowing ReceivedEntry, reply: () -> EntryReply) -> RecordResult {
            inner.record(entry, reply: reply)
        }

        func countUndecodable() {}
    }

    @Test("Reading stops until what was read is answered, and goes on then")
    func holdsReading() throws {
        let (recorder, channel) = (SlowRecorder(), EmbeddedChannel())
        let handler = ServerSocketHandler(
            engine: LineServerEngine(), recorder: recorder, loop: ServerLoop(channel.eventLoop),
            drainTimeout: .seconds(5),
            allocator: channel.allocator, ended: { _, _ in })
        try channel.pipeline.syncOperations.addHandler(handler)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        func say(_ text: String) throws {
            try channel.writeInbound(ByteBuffer(string: text))
        }
        try say("1 a\n2 b\n")
        #expect(recorder.inner.count == 2 && handler.isReadHeld)
        let replies = recorder.inner.takeReplies()
        replies[0].reply(.recorded)
        channel.embeddedEventLoop.run()
        #expect(handler.isReadHeld, "one of its entries is still there")
        replies[1].reply(.recorded)
        channel.embeddedEventLoop.run()
        #expect(!handler.isReadHeld)
        recorder.behind.store(false, ordering: .relaxed)
        try say("3 c\n")
        #expect(recorder.inner.count == 3 && !handler.isReadHeld)
        for (_, reply) in recorder.inner.takeReplies() { reply(.recorded) }
        channel.embeddedEventLoop.run()
        _ = try channel.finish()
    }
}
