import Broker
import EngineTestKit
import NIOCore
import Testing

@testable import TransportIO

/// An engine that deals with what it was given in later turns.
@Suite(.timeLimit(.minutes(1))) struct BusyEngineTests {
    /// Answers each read in the third turn behind it; what comes meanwhile is a mistake of the socket's.
    private final class SlowEngine: ServerEngine {
        private var loop: EngineLoop?
        private var turnsLeft = 0
        private var count = 0

        var isIdle: Bool { !isBusy }
        var isBusy: Bool { turnsLeft > 0 }

        func attach(to loop: EngineLoop) {
            self.loop = loop
        }

        func receive(
            _ bytes: inout ByteBuffer, into out: inout ByteBuffer, intake: borrowing EntryIntake
        ) throws(ProtocolError) {
            guard bytes.readableBytes > 0, let loop else { return }
            if isBusy { throw ProtocolError("it was given more though it is busy") }
            count += bytes.readableBytes
            bytes.clear()
            turnsLeft = 3
            loop.wake(at: loop.now + .milliseconds(1))
        }

        func proceed(into out: inout ByteBuffer, intake: borrowing EntryIntake) throws(ProtocolError) {
            guard isBusy, let loop else { return }
            turnsLeft -= 1
            if isBusy { return loop.wake(at: loop.now + .milliseconds(1)) }
            out.writeString("\(count)\n")
        }

        func complete(_ ticket: UInt64, _ result: RecordResult, into out: inout ByteBuffer) {}
    }

    /// Much more than one read takes: all of it is taken, a read at a time, each when the one before is dealt with.
    @Test func isGivenNothingMeanwhile() async throws {
        try await withServer {
            SlowEngine()
        } _: { server in
            let socket = try await RawSocket(to: server.endpoint)
            try await socket.say(String(repeating: "x", count: 3_000_000))
            try await socket.endOutput()
            #expect(try await socket.heard.get().hasSuffix("\n3000000\n"))
        }
    }
}
