import Broker
import EngineTestKit
import Synchronization

@testable import TransportIO

/// A server of the line protocol on loopback, as long as `body` runs; then it drains.
func withLineServer<R: Sendable>(
    _ recorder: any EntryRecorder = RecordingRecorder(), on endpoint: Endpoint = Endpoint(host: "127.0.0.1", port: 0),
    drainTimeout: Duration = .seconds(5), loops: Int = 1, limits: ServerLimits = ServerLimits(),
    _ body: @Sendable (RunningServer) async throws -> R
) async throws -> R {
    try await withServer(
        recorder, on: endpoint, drainTimeout: drainTimeout, loops: loops, limits: limits, { LineServerEngine() }, body)
}

/// A server of any protocol on loopback, as long as `body` runs; then it drains.
func withServer<R: Sendable>(
    _ recorder: any EntryRecorder = RecordingRecorder(), on endpoint: Endpoint = Endpoint(host: "127.0.0.1", port: 0),
    drainTimeout: Duration = .seconds(5), loops: Int = 1, limits: ServerLimits = ServerLimits(),
    _ makeEngine: @escaping @Sendable () -> any ServerEngine,
    _ body: @Sendable (RunningServer) async throws -> R
) async throws -> R {
    var options = ServerOptions(target: "\(endpoint)", drainTimeout: drainTimeout)
    (options.loops, options.connections) = (loops, limits)
    let server = SocketServerTransport(on: endpoint, options: options, makeEngine: makeEngine)
    let (ready, told) = AsyncStream.makeStream(of: ServerAddress.self)
    let serving = Task {
        try await server.serve(to: recorder) { told.yield($0) }
        told.finish()
    }
    var addresses = ready.makeAsyncIterator()
    guard let address = await addresses.next() else { throw ServerError("the server did not start") }
    let running = RunningServer(endpoint: try Endpoint(parsing: address.target), serving: serving)
    do {
        let result = try await body(running)
        try await running.stop()
        return result
    } catch {
        serving.cancel()
        throw error
    }
}

/// A server that can be stopped while its clients go on.
struct RunningServer: Sendable {
    let endpoint: Endpoint
    fileprivate let serving: Task<Void, any Error>

    /// Asks the server to stop.
    func beginStop() {
        serving.cancel()
    }

    /// Asks the server to stop and waits until it has.
    func stop() async throws {
        serving.cancel()
        try await serving.value
    }

    func client(capacity: Int = 1_024, maxSockets: Int = 1) -> some ClientTransport {
        lineClient(to: endpoint, capacity: capacity, maxSockets: maxSockets)
    }
}

func lineClient(
    to endpoint: Endpoint, capacity: Int = 1_024, maxSockets: Int = 1
) -> some ClientTransport {
    SocketClientTransport(
        to: endpoint, description: .init(peer: "the line server", protocolName: "lines", mend: "Start it."),
        acknowledgement: .recorded, options: ClientOptions(target: "\(endpoint)"), maxSockets: maxSockets
    ) { LineClientEngine(capacity: capacity) }
}

/// A recorder whose results all come later, and that tells when entries have come.
final class PatientRecorder: EntryRecorder {
    private struct State {
        var replies: [(name: String, reply: EntryReply)] = []
        var count = 0
        var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())
    private let atOnce: Set<String>

    /// - Parameter atOnce: the names of entries that are recorded at once.
    init(atOnce: Set<String> = []) {
        self.atOnce = atOnce
    }

    var count: Int { state.withLock { $0.count } }

    /// Waits until `count` entries have come.
    func received(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.count < count { state.waiters.append((count, continuation)) }
                return state.count >= count
            }
            if isThere { continuation.resume() }
        }
    }

    /// The replies that are open, with the entries' names, oldest first; they are forgotten here.
    func takeReplies() -> [(name: String, reply: EntryReply)] {
        state.withLock { state in
            defer { state.replies = [] }
            return state.replies
        }
    }

    func record(_ entry: borrowing ReceivedEntry, reply: () -> EntryReply) -> RecordResult {
        let name = String(copying: entry.name)
        guard !atOnce.contains(name) else { return .recorded }
        let reply = reply()
        let due = state.withLock { state in
            state.replies.append((name, reply))
            state.count += 1
            let count = state.count
            let due = state.waiters.filter { $0.count <= count }
            state.waiters.removeAll { $0.count <= count }
            return due.map(\.continuation)
        }
        for continuation in due { continuation.resume() }
        return .later
    }

    func countUndecodable() {}
}
