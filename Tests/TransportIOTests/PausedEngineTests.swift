import Broker
import EngineTestKit
import MachineTestKit
import NIOCore
import Testing

@testable import TransportIO

/// An engine that deals with what it was given in later turns.
@Suite(.timeLimit(.minutes(1))) struct PausedEngineTests {
    /// Answers what it took in the third turn behind it, and leaves what has come meanwhile until then.
    private final class SlowEngine: ServerEngine {
        private var turnsLeft = 0
        private var count = 0

        var isIdle: Bool { !isPaused }
        var isPaused: Bool { turnsLeft > 0 }

        func receive(
            _ bytes: inout ByteBuffer, into out: inout ByteBuffer, intake: borrowing EntryIntake
        ) throws(ProtocolError) {
            if isPaused {
                turnsLeft -= 1
                if isPaused { return }
                out.writeString("\(count)\n")
            }
            count += bytes.readableBytes
            turnsLeft = bytes.readableBytes > 0 ? 3 : 0
            bytes.clear()
        }

        func complete(_ ticket: UInt64, _ result: RecordResult, into out: inout ByteBuffer) {}
    }

    /// Much more than one read takes: all of it is taken in the end, and answered, though the peer has ended its stream.
    @Test func losesNothing() async throws {
        try await withServer {
            SlowEngine()
        } _: { server in
            let socket = try RawSocket(to: server.endpoint)
            await socket.say(String(repeating: "x", count: 3_000_000))
            socket.endOutput()
            #expect(try await socket.hearAll().hasSuffix("\n3000000\n"))
        }
    }
}
