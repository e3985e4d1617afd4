import Broker
import EngineTestKit
import HTTP2
import HTTP2TestKit
import NIOCore
import Testing

@testable import GRPCTransport
@testable import TransportIO

/// Bytes that nobody meant: engines may throw ``ProtocolError``, never trap, and keep their bounds.
@Suite struct GarbageTests {
    /// What each side says in a conversation of a few calls.
    private func conversation() throws -> (toServer: [UInt8], toClient: [UInt8]) {
        let pair = GRPCPair()
        var (toServer, toClient): ([UInt8], [UInt8]) = ([], [])
        func carry() throws {
            while pair.fromClient.readableBytes > 0 || pair.fromServer.readableBytes > 0 {
                toServer += pair.fromClient.readableBytesView
                try pair.server.receive(&pair.fromClient, into: &pair.fromServer, intake: pair.intake)
                toClient += pair.fromServer.readableBytesView
                try pair.client.receive(&pair.fromServer, into: &pair.fromClient, completions: &pair.completions)
            }
        }
        try carry()
        for ticket in 0..<4 {
            let entry = LogEntry(name: "n\(ticket)", data: String(repeating: "d", count: 30), severity: .error)
            try pair.client.send(entry, ticket: ticket, into: &pair.fromClient)
            if ticket == 2 { pair.server.drain(into: &pair.fromServer) }
        }
        try carry()
        return (toServer, toClient)
    }

    private func mutate(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: bytes.remove(at: index)
            default: bytes.insert(contentsOf: bytes[index..<min(index + 20, bytes.count)], at: index)
            }
        }
        return bytes
    }

    private func feedServer(_ bytes: [UInt8], step: Int) {
        let recorder = RecordingRecorder()
        let server = GRPCServerEngine(limits: EntryLimits(maxEntryBytes: 10_000))
        let intake = EntryIntake(recorder: recorder, makeReply: { _ in EntryReply { _ in } })
        var out = ByteBuffer()
        server.open(into: &out)
        var input = ByteBuffer(bytes: bytes)
        while var part = input.readSlice(length: min(step, input.readableBytes)), part.readableBytes > 0 {
            do {
                try server.receive(&part, into: &out, intake: intake)
            } catch {
                break
            }
        }
        _ = (server.isIdle, server.isFinished)
        #expect(out.readableBytes < 100_000 + bytes.count * 20)
    }

    private func feedClient(_ bytes: [UInt8], step: Int) {
        let client = ClientConnection(authority: "x", maxInFlight: 8, limits: EntryLimits())
        var (out, completions) = (ByteBuffer(), Completions())
        client.open(into: &out)
        var settings = RawFrames.server().bytes
        #expect(throws: Never.self) { try client.receive(&settings, into: &out, completions: &completions) }
        for ticket in 0..<4 {
            #expect(throws: Never.self) {
                try client.send(LogEntry(name: "n", data: "d"), ticket: ticket, into: &out)
            }
        }
        var input = ByteBuffer(bytes: bytes)
        while var part = input.readSlice(length: min(step, input.readableBytes)), part.readableBytes > 0 {
            do {
                try client.receive(&part, into: &out, completions: &completions)
            } catch {
                break
            }
        }
        // No ticket is told twice.
        #expect(Set(completions.list.map(\.ticket)).count == completions.list.count)
        #expect(out.readableBytes < 100_000 + bytes.count * 20)
    }

    @Test func randomBytesNeverTrap() {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<2_000 {
            let count = Int.random(in: 1...300, using: &random)
            let noise = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            feedServer(RawFrames.preface + noise, step: 64)
            feedServer(noise, step: 64)
            feedClient(noise, step: 64)
        }
    }

    @Test func mutatedConversationsNeverTrap() throws {
        let (toServer, toClient) = try conversation()
        var random = SeededGenerator(seed: 2)
        for _ in 0..<3_000 {
            let step = [1, 7, 50, 100_000].randomElement(using: &random) ?? 1
            feedServer(mutate(toServer, &random), step: step)
            feedClient(mutate(toClient, &random), step: step)
        }
    }

    /// Frames of random kinds, flags and streams, which get further than bytes without a structure.
    @Test func randomFramesNeverTrap() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<2_000 {
            var (request, reply) = (RawFrames.client(), RawFrames.server())
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                let stream = UInt32.random(in: 0...9, using: &random)
                let payload = (0..<Int.random(in: 0...20, using: &random)).map { _ in
                    UInt8.random(in: 0...16, using: &random)
                }
                let endStream = Bool.random(using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0:
                    request.addHeaders(stream, RawFrames.requestFields, endStream: endStream)
                    reply.addHeaders(stream, ClientRulesTests.initial, endStream: endStream)
                case 1:
                    request.addData(stream, RawFrames.message(payload), endStream: endStream)
                    reply.addHeaders(stream, [("grpc-status", "\(payload.count)")], endStream: true)
                default:
                    let (kind, flags) = (
                        UInt8.random(in: 0...10, using: &random), UInt8.random(in: 0...45, using: &random)
                    )
                    request.add(kind, flags, stream, payload)
                    reply.add(kind, flags, stream, payload)
                }
            }
            feedServer(Array(request.bytes.readableBytesView), step: 40)
            feedClient(Array(reply.bytes.readableBytesView), step: 40)
        }
    }
}
