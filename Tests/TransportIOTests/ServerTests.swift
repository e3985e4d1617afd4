import Broker
import Dispatch
import EngineTestKit
import MachineTestKit
import NIOCore
import Testing

@testable import TransportIO

@Suite(.timeLimit(.minutes(1))) struct ServerTests {
    /// The peer ends its side at once: it still gets its answers, then the end.
    @Test func halfClose() async throws {
        try await withLineServer { server in
            let socket = try RawSocket(to: server.endpoint)
            await socket.say("1 a\n2 b\n3 half a li")
            socket.endOutput()
            #expect(try await socket.hearAll() == "1 ok\n2 ok\n")
        }
    }

    /// What is said to be the target can be connected to, and so can the other addresses.
    @Test func listensEverywhere() async throws {
        try await withLineServer(on: Endpoint(listeningAt: "*:0")) { server in
            #expect(server.endpoint.host == "127.0.0.1")
            for host in ["127.0.0.1", "127.0.0.5"] + (hasIPv6 ? ["::1"] : []) {
                let socket = try RawSocket(to: Endpoint(host: host, port: #require(server.endpoint.port)))
                await socket.say("1 a\n")
                socket.endOutput()
                #expect(try await socket.hearAll() == "1 ok\n", "\(host)")
            }
        }
    }

    /// Whether this machine's loopback has an address of IPv6.
    private var hasIPv6: Bool {
        (try? System.enumerateDevices().contains { $0.address?.ipAddress == "::1" }) ?? false
    }

    @Test func halfCloseWithResultsToCome() async throws {
        let recorder = PatientRecorder()
        try await withLineServer(recorder) { server in
            let socket = try RawSocket(to: server.endpoint)
            await socket.say("1 a\n2 b\n")
            socket.endOutput()
            await recorder.received(2)
            for (_, reply) in recorder.takeReplies().reversed() { reply(.recorded) }
            #expect(try await socket.hearAll() == "2 ok\n1 ok\n")
        }
    }

    /// A peer that breaks the protocol gets the answers to what was good, and loses its connection and nothing else.
    @Test func brokenPeer() async throws {
        let recorder = RecordingRecorder()
        try await withLineServer(recorder) { server in
            let other = try RawSocket(to: server.endpoint)
            await other.say("7 a\n")
            let socket = try RawSocket(to: server.endpoint)
            await socket.say("1 a\n2 break\n3 b\n")
            #expect(try await socket.hearAll() == "1 ok\n")
            socket.close()
            await other.say("8 b\n")
            other.endOutput()
            #expect(try await other.hearAll() == "7 ok\n8 ok\n")
        }
        #expect(recorder.entries.count == 3 && recorder.undecodable == 1)
    }

    /// A peer that has reset its connection before it was accepted: nothing begins for it, and others are served.
    @Test func resetBeforeItIsAccepted() async throws {
        let (lives, began) = AsyncStream.makeStream(of: Void.self)
        let makeEngine = { @Sendable in
            began.yield()
            return GreetingServerEngine(life: Life {})
        }
        try await withServer(RecordingRecorder(), makeEngine) { server in
            let held = DispatchSemaphore(value: 0)
            ServerLoops.shared(1).first.eventLoop.execute { held.wait() }
            for _ in 0..<10 { try RawSocket(to: server.endpoint).reset() }
            let socket = try RawSocket(to: server.endpoint)
            held.signal()
            #expect(try await socket.hear() == "hello\n")
            socket.close()
        }
        began.finish()
        #expect(await lives.reduce(0) { count, _ in count + 1 } == 1)
    }

    /// A peer that has reset its connection when its loop comes to it: where the server speaks first, the connection ends while it
    /// begins, and leaves nothing behind.
    @Test func resetBeforeItBegins() async throws {
        let (ends, ended) = AsyncStream.makeStream(of: Void.self)
        // No other test has ten loops: the second connection is the second loop's.
        try await withServer(loops: 10, { GreetingServerEngine(life: Life { ended.yield() }) }) { server in
            let held = DispatchSemaphore(value: 0)
            ServerLoops.shared(10).all[1].eventLoop.execute { held.wait() }
            defer { held.signal() }
            let sockets = try (0..<3).map { _ in try RawSocket(to: server.endpoint) }
            // The third one is served: the second was accepted before it.
            #expect(try await sockets[2].hear() == "hello\n")
            sockets[1].reset()
            held.signal()
            var gone = ends.makeAsyncIterator()
            await gone.next()
            for socket in [sockets[0], sockets[2]] { socket.close() }
        }
    }

    /// A stop answers what is under way, also where the result is still to come.
    @Test func drainAnswersWhatIsUnderWay() async throws {
        let recorder = PatientRecorder()
        try await withLineServer(recorder) { server in
            let socket = try RawSocket(to: server.endpoint)
            await socket.say("1 a\n2 b\n")
            await recorder.received(2)
            server.beginStop()
            for (_, reply) in recorder.takeReplies() { reply(.recorded) }
            #expect(try await socket.hearAll() == "1 ok\n2 ok\n")
            socket.close()
            try await server.stop()
            #expect(throws: (any Error).self) { try RawSocket(to: server.endpoint) }
        }
    }

    /// A peer that stays, half a message and a result that never comes do not keep a stop from ending.
    @Test(arguments: ["", "1 half a li", "1 a\n"], [false, true])
    func drainIsBounded(text: String, endsOutput: Bool) async throws {
        let recorder = PatientRecorder()
        try await withLineServer(recorder, drainTimeout: .milliseconds(200)) { server in
            let socket = try RawSocket(to: server.endpoint)
            if !text.isEmpty { await socket.say(text) }
            if endsOutput { socket.endOutput() }
            if text.hasSuffix("\n") { await recorder.received(1) }
            try await server.stop()
            socket.close()
        }
    }

    /// While too many results are open nothing more is read; the rest comes when they are told.
    @Test func backPressure() async throws {
        let recorder = PatientRecorder(atOnce: ["ping"])
        try await withLineServer(recorder) { server in
            let name = String(repeating: "x", count: 1_000)
            let socket = try RawSocket(to: server.endpoint)
            let saying = Task { await socket.say((0..<6_000).map { "\($0) \(name)\n" }.joined()) }
            await recorder.received(1_024)
            // Many turns of the one event loop, in which more would have been read.
            try await server.client().withConnection { connection in
                for _ in 0..<50 { _ = try await connection.send(LogEntry(name: "ping", data: "")) }
            }
            // What is read at once may come on top: four times half a MiB.
            #expect(recorder.count < 1_024 + 2_200)
            var told = 0
            while told < 6_000 {
                await recorder.received(told + 1)
                for (_, reply) in recorder.takeReplies() {
                    reply(.recorded)
                    told += 1
                }
            }
            _ = await saying.value
            socket.endOutput()
            let lines = try await socket.hearAll().split(separator: "\n")
            #expect(lines.count == 6_000 && Set(lines).count == 6_000)
        }
    }

    @Test func addressThatIsTaken() async throws {
        try await withLineServer { server in
            let options = ServerOptions(target: "\(server.endpoint)")
            let second = SocketServerTransport(on: server.endpoint, options: options) { LineServerEngine() }
            let error = await #expect(throws: ServerError.self) {
                try await second.serve(to: RecordingRecorder()) { _ in }
            }
            #expect(
                error?.message == "cannot listen on \(server.endpoint): address already in use. "
                    + "Choose another address, or port 0 for a free one.")
        }
    }
}

/// Says a line as soon as it can, and nothing after that.
private struct GreetingServerEngine: ServerEngine {
    let life: Life
    var isIdle: Bool { true }

    mutating func open(into out: inout ByteBuffer) { out.writeString("hello\n") }

    mutating func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, intake: borrowing EntryIntake
    ) throws(ProtocolError) {}

    mutating func complete(_ ticket: UInt64, _ result: RecordResult, into out: inout ByteBuffer) {}
}

/// Tells its end.
private final class Life: Sendable {
    private let end: @Sendable () -> Void

    init(end: @escaping @Sendable () -> Void) {
        self.end = end
    }

    deinit {
        end()
    }
}
