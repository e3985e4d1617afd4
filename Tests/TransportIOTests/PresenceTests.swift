import Broker
import EngineTestKit
import MachineTestKit
import Synchronization
import Testing

@testable import TransportIO

/// Connections that open before their peer is there.
@Suite(.timeLimit(.minutes(1))) struct PresenceTests {
    private func entry(_ name: String) -> LogEntry {
        LogEntry(name: name, data: "")
    }

    /// What is told of the peer.
    private final class Witness: Sendable {
        private let state = Mutex<(isThere: Bool?, failure: TransportError?, notices: [String])>((nil, nil, []))
        private let changes = AsyncStream.makeStream(of: Void.self)

        var notices: [String] { state.withLock { $0.notices } }
        var failure: TransportError? { state.withLock { $0.failure } }

        @Sendable
        func notice(_ text: String) {
            state.withLock { $0.notices.append(text) }
            changes.continuation.yield()
        }

        @Sendable
        func presence(_ failure: TransportError?) {
            state.withLock { ($0.isThere, $0.failure) = (failure == nil, failure) }
            changes.continuation.yield()
        }

        /// Waits until the peer is there, or is not; for one task at a time.
        func waits(until isThere: Bool) async {
            guard state.withLock({ $0.isThere }) != isThere else { return }
            for await _ in changes.stream where state.withLock({ $0.isThere }) == isThere { return }
        }
    }

    private func client(
        to endpoint: Endpoint, _ witness: Witness, maxSockets: Int = 1, timeout: Duration = .seconds(10),
        patience: Duration = .seconds(5), reconnection: Reconnection? = nil
    ) -> SocketClientTransport {
        var options = ClientOptions(
            target: "\(endpoint)", answerTimeout: timeout, patience: patience, notice: witness.notice)
        options.presence = witness.presence
        return SocketClientTransport(
            to: endpoint, description: .init(peer: "the line server", protocolName: "lines", mend: "Start it."),
            acknowledgement: .recorded, options: options, maxSockets: maxSockets, reconnection: reconnection
        ) { LineClientEngine(capacity: 8) }
    }

    /// A port that nobody listens on at present.
    private func freePort() throws -> Endpoint {
        try Endpoint(parsing: ReservedPort().release())
    }

    /// An entry that comes before the peer waits for it; that it is not there is said once, with what to do.
    @Test(arguments: [1, 4]) func peerThatComesLater(maxSockets: Int) async throws {
        let (recorder, witness, endpoint) = (RecordingRecorder(), Witness(), try freePort())
        try await client(to: endpoint, witness, maxSockets: maxSockets).withConnection { connection in
            let sending = Task { try await connection.send(entry("early")) }
            await witness.waits(until: false)
            #expect(witness.failure?.message.contains("connection refused. Start it.") == true)
            try await withLineServer(recorder, on: endpoint) { _ in
                await witness.waits(until: true)
                _ = try await sending.value
                _ = try await connection.send(entry("late"))
                let notices = witness.notices
                #expect(notices.first?.hasSuffix("connection refused. Start it.; trying again") == true)
                #expect(notices.count == 2 && notices.last?.contains("connected to the line server") == true)
                #expect(notices.last?.contains("again") == false, "it was never there before")
            }
        }
        #expect(recorder.entries.map(\.name) == ["early", "late"])
    }

    /// A peer that has gone is missed though nobody sends, and found again.
    @Test(arguments: [1, 4]) func peerThatGoes(maxSockets: Int) async throws {
        let (recorder, witness) = (RecordingRecorder(), Witness())
        try await withLineServer(recorder) { server in
            try await client(to: server.endpoint, witness, maxSockets: maxSockets).withConnection { connection in
                await witness.waits(until: true)
                _ = try await connection.send(entry("before"))
                try await server.stop()
                await witness.waits(until: false)
                try await withLineServer(recorder, on: server.endpoint) { _ in
                    await witness.waits(until: true)
                    _ = try await connection.send(entry("after"))
                }
            }
        }
        #expect(recorder.entries.map(\.name) == ["before", "after"])
    }

    /// Sends wait as long as the peer's absence is borne, and then fail with the reason; what is said is said once.
    @Test(arguments: [1, 4]) func peerThatDoesNotCome(maxSockets: Int) async throws {
        let (witness, endpoint) = (Witness(), try freePort())
        let client = client(to: endpoint, witness, maxSockets: maxSockets, patience: .milliseconds(300))
        try await client.withConnection { connection in
            for _ in 0..<3 {
                let error = await #expect(throws: TransportError.self) { try await connection.send(entry("n")) }
                #expect(error?.fate == .notSent && error?.message.contains("connection refused. Start it.") == true)
            }
        }
        #expect(witness.notices.count == 1)
    }

    /// The same of entries with ids, which are sent again under them.
    @Test func entriesWithIDs() async throws {
        let (witness, endpoint) = (Witness(), try freePort())
        let reconnection = Reconnection(patience: .milliseconds(300), resends: true)
        try await client(to: endpoint, witness, timeout: .seconds(1), reconnection: reconnection)
            .withConnection { connection in
                let error = await #expect(throws: TransportError.self) { try await connection.send(entry("n")) }
                #expect(error?.message.contains("connection refused") == true)
            }
    }

    /// A connection that is closed looks no longer, whether or not its peer is there.
    @Test func closes() async throws {
        let witness = Witness()
        try await client(to: try freePort(), witness).withConnection { _ in await witness.waits(until: false) }
        try await withLineServer { server in
            try await client(to: server.endpoint, witness).withConnection { _ in await witness.waits(until: true) }
        }
    }

    /// What cannot be mended by waiting is an error at once: certificates that cannot be read.
    @Test func withoutCertificates() async throws {
        var secured = client(to: try freePort(), Witness())
        secured.options.tls = ClientTLS(trustRootsFile: "/nowhere/ca.pem")
        let client = secured
        await #expect(throws: TransportError.self) { try await client.withConnection { _ in } }
    }

    /// The time that a send may take bounds its connection, too, whatever that may take by itself.
    @Test func peerThatAcceptsNothing() async throws {
        let port = try ReservedPort()
        try port.acceptNothing()
        let client = SocketClientTransport(
            to: try Endpoint(parsing: port.address),
            description: .init(peer: "the line server", protocolName: "lines", mend: "Start it."),
            acknowledgement: .recorded,
            options: ClientOptions(
                target: port.address, connectTimeout: .seconds(50), answerTimeout: .seconds(1))
        ) { LineClientEngine(capacity: 8) }
        let error = await #expect(throws: TransportError.self) { try await client.withConnection { _ in } }
        #expect(
            error
                == TransportError(
                    .notSent, "cannot reach the line server at \(port.address): no connection within 1000 ms."))
    }
}
