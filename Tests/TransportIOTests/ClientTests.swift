import Broker
import EngineTestKit
import NIOCore
import Synchronization
import Testing

@testable import TransportIO

@Suite(.timeLimit(.minutes(1))) struct ClientTests {
    private func entry(_ name: String) -> LogEntry {
        LogEntry(name: name, data: "")
    }

    @Test func everyEntryIsAnswered() async throws {
        let recorder = RecordingRecorder { $0.name == "refused" ? .rejected("") : .recorded }
        try await withLineServer(recorder) { server in
            try await server.client(capacity: 8).withConnection { connection in
                #expect(try await connection.send(entry("one")) == Acknowledgement(.recorded))
                await #expect(throws: TransportError(.rejected, "no")) { try await connection.send(entry("refused")) }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<500 {
                        group.addTask { _ = try await connection.send(entry("n\(number)")) }
                    }
                    try await group.waitForAll()
                }
            }
        }
        #expect(recorder.entries.count == 502)
        #expect(Set(recorder.entries.map(\.name)).count == 502)
    }

    /// Sends run on the connection's event loop, before and after.
    @Test func noThreadHop() async throws {
        try await withLineServer { server in
            try await server.client().withConnection { connection in
                let eventLoop = try connection.paced.executor.eventLoop
                for _ in 0..<20 {
                    #expect(eventLoop.inEventLoop)
                    _ = try await connection.send(entry("n"))
                }
                #expect(eventLoop.inEventLoop)
            }
        }
    }

    /// All connections of a transport that is pinned are on its event loop, however many there are.
    @Test func pinned() async throws {
        try await withLineServer { server in
            let executor = EventLoopExecutor.next()
            let client = server.client().pinned(to: executor)
            func expectPinned(_ client: some ClientTransport) async throws {
                try await client.withConnection { connection in
                    #expect(try connection.paced.executor === executor)
                    #expect(executor.eventLoop.inEventLoop)
                    _ = try await connection.send(entry("n"))
                }
            }
            for _ in 0..<4 { try await expectPinned(client) }
        }
    }

    /// A channel tells that it was read before it tells of its peer's end, and goes on with that then: closed meanwhile, it would trap.
    @Test func retiredAtThePeersEnd() async throws {
        let isRetired = Retirement()
        try await withLineServer { server in
            let client = SocketClientTransport(
                to: server.endpoint,
                description: .init(peer: "the line server", protocolName: "lines", mend: "Start it."),
                acknowledgement: .recorded, options: ClientOptions(target: "\(server.endpoint)")
            ) { RetiringEngine(retirement: isRetired) }
            try await client.withConnection { connection in
                _ = try await connection.send(entry("one"))
                isRetired.value.store(true, ordering: .relaxed)
                // Ends when both sides have.
                try await server.stop()
            }
        }
    }

    /// Each socket takes one entry; four of them are dialed as they are needed.
    @Test func pool() async throws {
        let recorder = PatientRecorder()
        try await withLineServer(recorder) { server in
            try await server.client(capacity: 1, maxSockets: 4).withConnection { connection in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<10 { group.addTask { _ = try await connection.send(entry("n\(number)")) } }
                    var answered = 0
                    while answered < 10 {
                        await recorder.received(min(answered + 4, 10))
                        #expect(recorder.count <= answered + 4)
                        for (_, reply) in recorder.takeReplies() {
                            answered += 1
                            reply(.recorded)
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test func redialsAfterALoss() async throws {
        try await withLineServer { server in
            try await server.client().withConnection { connection in
                for _ in 0..<3 {
                    _ = try await connection.send(entry("a"))
                    let error = await #expect(throws: TransportError.self) { try await connection.send(entry("break")) }
                    #expect(error?.fate == .unknown)
                    _ = try await connection.send(entry("b"))
                }
            }
        }
    }

    /// Everything in flight on a lost socket fails, and its outcome is unknown.
    @Test func lossFailsWhatIsInFlight() async throws {
        let recorder = PatientRecorder()
        try await withLineServer(recorder) { server in
            try await server.client().withConnection { connection in
                let fates = await withTaskGroup(of: TransportError.Fate?.self) { group in
                    for number in 0..<5 { group.addTask { await fate(of: entry("n\(number)"), on: connection) } }
                    await recorder.received(5)
                    group.addTask { await fate(of: entry("break"), on: connection) }
                    var fates: [TransportError.Fate?] = []
                    for await fate in group { fates.append(fate) }
                    return fates
                }
                #expect(fates == Array(repeating: .unknown, count: 6))
            }
        }
    }

    private func fate(of entry: LogEntry, on connection: any TransportConnection) async -> TransportError.Fate? {
        do throws(TransportError) {
            _ = try await connection.send(entry)
            return nil
        } catch {
            return error.fate
        }
    }

    @Test func nobodyListens() async throws {
        let endpoint = try await withLineServer { $0.endpoint }
        let error = await #expect(throws: TransportError.self) {
            try await lineClient(to: endpoint).withConnection { _ in }
        }
        #expect(
            error
                == TransportError(
                    .notSent, "cannot reach the line server at \(endpoint): connection refused. Start it."))
    }

    @Test func nameThatIsNone() async {
        let endpoint = Endpoint(host: "no-such-host.invalid", port: 1)
        let error = await #expect(throws: TransportError.self) {
            try await lineClient(to: endpoint).withConnection { _ in }
        }
        #expect(error?.fate == .notSent && error?.message.contains("cannot reach the line server") == true)
    }

    /// An entry that cannot be encoded gives its place to the next that waits.
    @Test func unencodableEntryFreesItsPlace() async throws {
        let recorder = PatientRecorder(atOnce: ["last"])
        try await withLineServer(recorder) { server in
            try await server.client(capacity: 1).withConnection { connection in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { _ = try await connection.send(entry("first")) }
                    await recorder.received(1)
                    group.addTask {
                        await #expect(throws: TransportError(.notSent, "cannot be encoded")) {
                            try await connection.send(entry("unencodable"))
                        }
                    }
                    for _ in 0..<10 { await Task.yield() }
                    group.addTask { _ = try await connection.send(entry("last")) }
                    for _ in 0..<10 { await Task.yield() }
                    for (_, reply) in recorder.takeReplies() { reply(.recorded) }
                    try await group.waitForAll()
                }
            }
        }
    }

    /// A task that never rests does not keep what was sent from leaving.
    @Test func busyTaskDoesNotStopTheSocket() async throws {
        try await withLineServer { server in
            try await server.client().withConnection { connection in
                let isAnswered = Flag()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        _ = try await connection.send(entry("n"))
                        isAnswered.value.store(true, ordering: .relaxed)
                    }
                    group.addTask {
                        var yields = 0
                        while !isAnswered.value.load(ordering: .relaxed) && yields < 300_000 {
                            await Task.yield()
                            yields += 1
                        }
                        #expect(yields < 300_000)
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test func connectionIsClosedBehindItsScope() async throws {
        try await withLineServer { server in
            let connection = try await server.client().withConnection { connection in connection }
            let error = await #expect(throws: TransportError.self) { try await connection.send(entry("n")) }
            #expect(error?.fate == .notSent)
        }
    }
}

/// Whether something has happened.
private final class Flag: Sendable {
    let value = Atomic(false)
}

/// Whether engines take no more entries.
private final class Retirement: Sendable {
    let value = Atomic(false)
}

/// Takes one entry, and says that it takes no more when it is told to.
private struct RetiringEngine: ClientEngine {
    let retirement: Retirement
    private var lines = LineClientEngine()
    private(set) var capacity = 1
    var isRetired: Bool { retirement.value.load(ordering: .relaxed) }

    init(retirement: Retirement) {
        self.retirement = retirement
    }

    mutating func send(_ entry: LogEntry, ticket: Int, into out: inout ByteBuffer) throws(TransportError) {
        try lines.send(entry, ticket: ticket, into: &out)
        capacity = 0
    }

    mutating func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, completions: inout Completions
    ) throws(ProtocolError) {
        try lines.receive(&bytes, into: &out, completions: &completions)
    }
}
