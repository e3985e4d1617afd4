import Broker
import EngineTestKit
import NIOCore
import Synchronization
import Testing

@testable import TransportIO

/// A peer with several addresses: who cannot be reached at one of them is looked for at the next.
@Suite(.timeLimit(.minutes(1))) struct SeveralAddressesTests {
    private final class Notices: Sendable {
        let texts = Mutex<[String]>([])
        func add(_ text: String) { texts.withLock { $0.append(text) } }
        var all: [String] { texts.withLock { $0 } }
    }

    private func client(to endpoints: [Endpoint], _ notices: Notices) -> SocketClientTransport {
        SocketClientTransport(
            toOneOf: endpoints, description: .init(peer: "the line server", protocolName: "lines", mend: "Start it."),
            acknowledgement: .recorded, options: ClientOptions(target: "", notice: { notices.add($0) }),
            reconnection: Reconnection(patience: .seconds(20), resends: true)
        ) { _ in LineClientEngine() }
    }

    /// Where nobody listens any more.
    private func closed() async throws -> Endpoint {
        try await withLineServer { $0.endpoint }
    }

    @Test func theNextOneIsTaken() async throws {
        let (notices, recorder) = (Notices(), RecordingRecorder())
        let absent = [try await closed(), try await closed()]
        try await withLineServer(recorder) { server in
            try await client(to: absent + [server.endpoint], notices).withConnection { connection in
                _ = try await connection.send(LogEntry(name: "a", data: ""))
            }
            #expect(notices.all == ["connected to the line server at \(server.endpoint)"])
        }
        #expect(recorder.entries.map(\.name) == ["a"])
    }

    @Test func whoIsLostIsFollowedByTheNext() async throws {
        let notices = Notices()
        let (first, second) = (RecordingRecorder(), RecordingRecorder())
        try await withLineServer(first) { one in
            try await withLineServer(second) { two in
                try await client(to: [one.endpoint, two.endpoint], notices).withConnection { connection in
                    _ = try await connection.send(LogEntry(name: "a", data: ""))
                    try await one.stop()
                    _ = try await connection.send(LogEntry(name: "b", data: ""))
                }
                #expect(notices.all.last?.hasPrefix("connected to the line server at \(two.endpoint)") == true)
            }
        }
        #expect(first.entries.map(\.name) == ["a"] && second.entries.map(\.name) == ["b"])
    }

    @Test func allThatAreAbsentAreNamed() async throws {
        let absent = [try await closed(), try await closed()]
        let failure = await #expect(throws: TransportError.self) {
            try await client(to: absent, Notices()).withConnection { _ in }
        }
        #expect(failure?.fate == .notSent)
        for endpoint in absent { #expect(failure?.message.contains("\(endpoint): connection refused") == true) }
    }
}
