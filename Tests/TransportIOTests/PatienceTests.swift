import Broker
import EngineTestKit
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import TransportIO

/// What becomes of sends whose peer is gone, greets and closes, or takes nothing.
@Suite(.timeLimit(.minutes(1))) struct PatienceTests {
    private func entry(_ name: String) -> LogEntry {
        LogEntry(name: name, data: "")
    }

    private func client(
        to endpoint: Endpoint, capacity: Int = 8, maxSockets: Int = 1, timeout: Duration = .seconds(10),
        patience: Duration? = nil, notice: @escaping @Sendable (String) -> Void = { _ in }
    ) -> SocketClientTransport {
        SocketClientTransport(
            to: endpoint, description: .init(peer: "the line server", protocolName: "lines", mend: "Start it."),
            acknowledgement: .recorded,
            options: ClientOptions(
                target: "\(endpoint)", answerTimeout: timeout, patience: patience, notice: notice),
            maxSockets: maxSockets, looksBeforeReuse: maxSockets > 1
        ) { LineClientEngine(capacity: capacity) }
    }

    /// An entry that comes while the server is away is sent when it is back; the server's port stays its own meanwhile.
    @Test(arguments: [1, 4]) func restart(maxSockets: Int) async throws {
        let recorder = RecordingRecorder()
        let (notices, told) = AsyncStream.makeStream(of: String.self)
        try await withLineServer(recorder) { server in
            let client = client(to: server.endpoint, capacity: 2, maxSockets: maxSockets, patience: .seconds(9)) {
                told.yield($0)
            }
            try await client.withConnection { connection in
                _ = try await connection.send(entry("before"))
                try await server.stop()
                let sending = Task {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for number in 0..<5 {
                            group.addTask { _ = try await connection.send(entry("n\(number)")) }
                        }
                        try await group.waitForAll()
                    }
                }
                // They have been refused once.
                _ = await notices.first { $0.contains("cannot reach the line server") }
                try await withLineServer(recorder, on: server.endpoint) { _ in
                    try await sending.value
                    _ = await notices.first { $0.contains("connected to the line server") }
                }
            }
        }
        #expect(Set(recorder.entries.map(\.name)) == ["before", "n0", "n1", "n2", "n3", "n4"])
        #expect(recorder.entries.count == 6)
    }

    /// Without patience, an entry fails when the peer was tried once more; the tries keep their pauses.
    @Test func noPatience() async throws {
        try await withLineServer { server in
            try await client(to: server.endpoint).withConnection { connection in
                _ = try await connection.send(entry("before"))
                try await server.stop()
                let start = ContinuousClock.now
                for _ in 0..<4 {
                    let error = await #expect(throws: TransportError.self) { try await connection.send(entry("n")) }
                    #expect(error?.fate == .notSent && error?.message.contains("connection refused") == true)
                }
                // 20, 40 and 80 ms, less the jitter.
                #expect(ContinuousClock.now - start >= .milliseconds(100))
            }
        }
    }

    /// A peer that accepts and closes is dialed a few times, not hundreds.
    @Test(arguments: [1, 4]) func acceptsAndCloses(maxSockets: Int) async throws {
        let accepted = Mutex(0)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                accepted.withLock { $0 += 1 }
                return channel.close()
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let endpoint = Endpoint(host: "127.0.0.1", port: try #require(listener.localAddress?.port))
        let client = client(to: endpoint, maxSockets: maxSockets, patience: .milliseconds(700))
        // A socket may take the entry before its end is seen; then its fate is unknown. Or it is seen before any is to be sent.
        let error = await #expect(throws: TransportError.self) {
            try await client.withConnection { try await $0.send(entry("n")) }
        }
        #expect(error?.message.contains("the line server at \(endpoint)") == true)
        try await listener.close()
        #expect((1...12).contains(accepted.withLock { $0 }))
    }

    /// A socket that takes nothing does not keep a send beyond its time, nor the opening of the connection.
    @Test func peerThatAllowsNothing() async throws {
        try await withLineServer { server in
            let start = ContinuousClock.now
            let error = await #expect(throws: TransportError.self) {
                try await client(to: server.endpoint, capacity: 0, timeout: .seconds(1)).withConnection { _ in }
            }
            #expect(error?.fate == .notSent && error?.message.contains("allows no entry to be sent") == true)
            #expect((.seconds(1)...(.seconds(5))).contains(ContinuousClock.now - start))
        }
    }

    /// The time that a send may take counts from when it was asked for, wherever it has waited; who waited in the pool for most
    /// of it does not take its socket away from others.
    @Test func timeCountsFromTheRequest() async throws {
        let recorder = PatientRecorder()
        try await withLineServer(recorder, drainTimeout: .milliseconds(100)) { server in
            let client = client(to: server.endpoint, capacity: 1, timeout: .seconds(2))
            try await client.withConnection { connection in
                let start = ContinuousClock.now
                await withTaskGroup(of: (TransportError.Fate?, Duration).self) { group in
                    for number in 0..<3 {
                        group.addTask {
                            do throws(TransportError) {
                                _ = try await connection.send(entry("n\(number)"))
                                return (nil, ContinuousClock.now - start)
                            } catch {
                                return (error.fate, ContinuousClock.now - start)
                            }
                        }
                    }
                    await recorder.received(1)
                    // Half of the time has passed when the first is answered, and the second takes its place.
                    await connection.sleep(until: MonotonicClock.now + 1_200_000_000)
                    for (_, reply) in recorder.takeReplies() { reply(.recorded) }
                    await recorder.received(2)
                    var outcomes: [(TransportError.Fate?, Duration)] = []
                    for await outcome in group { outcomes.append(outcome) }
                    #expect(outcomes.first?.0 == nil)
                    #expect(Set(outcomes.dropFirst().map(\.0)) == [.unknown, .notSent])
                    #expect(outcomes.dropFirst().allSatisfy { (.seconds(2)...(.seconds(4))).contains($0.1) })
                }
            }
        }
    }

    /// A send that waits for a peer that is gone ends when its task is cancelled.
    @Test func cancelled() async throws {
        let (notices, told) = AsyncStream.makeStream(of: String.self)
        try await withLineServer { server in
            let client = client(to: server.endpoint, patience: .seconds(9)) { told.yield($0) }
            try await client.withConnection { connection in
                _ = try await connection.send(entry("before"))
                try await server.stop()
                let start = ContinuousClock.now
                await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { _ = try await connection.send(entry("n")) }
                    _ = await notices.first { _ in true }
                    group.cancelAll()
                    let error = await #expect(throws: TransportError.self) { try await group.waitForAll() }
                    #expect(error == TransportError(.notSent, "the send was cancelled"))
                }
                #expect(ContinuousClock.now - start < .seconds(5))
            }
        }
    }
}
