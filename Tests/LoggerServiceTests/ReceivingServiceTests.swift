import Broker
import Synchronization
import Testing

@testable import LoggerService

@Suite("The logger's start", .timeLimit(.minutes(1)))
struct ReceivingServiceTests {
    /// Serves until it is cancelled, or fails instead.
    private struct FakeServer: ServerTransport {
        var failure: String?

        func serve(to recorder: any EntryRecorder, ready: @escaping @Sendable (ServerAddress) -> Void) async throws {
            if let failure { throw ServerError(failure) }
            ready(ServerAddress(target: "here"))
            let (never, sink) = AsyncStream.makeStream(of: Never.self)
            await withTaskCancellationHandler {
                for await _ in never {}
            } onCancel: {
                sink.finish()
            }
        }
    }

    private struct Refusal: Error {}

    private func receivers(_ failures: [String?]) -> [ReceivingService.Receiver] {
        failures.enumerated().map { .init(transport: "t\($0)", server: FakeServer(failure: $1)) }
    }

    @Test("A receiver that cannot start ends the others", arguments: 0..<3)
    func firstFailure(_ position: Int) async {
        var failures = [String?](repeating: nil, count: 3)
        failures[position] = "the port is taken"
        let isReady = Mutex(false)
        let service = ReceivingService(
            ledger: Ledger(storeBytes: 1 << 20), receivers: receivers(failures), bound: { _, _ in },
            ready: { isReady.withLock { $0 = true } })
        let error = await #expect(throws: ServerError.self) { try await service.run() }
        #expect(error?.message == "the port is taken")
        #expect(!isReady.withLock { $0 })
    }

    @Test("Addresses that cannot be told end it")
    func mute() async {
        let service = ReceivingService(
            ledger: Ledger(storeBytes: 1 << 20), receivers: receivers([nil, nil]), bound: { _, _ in throw Refusal() },
            ready: {})
        await #expect(throws: Refusal.self) { try await service.run() }
    }

    @Test("It is ready once, when all are")
    func ready() async throws {
        let told = Mutex<[String]>([])
        let (isReady, sink) = AsyncStream.makeStream(of: Void.self)
        let service = ReceivingService(
            ledger: Ledger(storeBytes: 1 << 20), receivers: receivers([nil, nil, nil]),
            bound: { name, address in told.withLock { $0.append("\(name) \(address.target)") } },
            ready: {
                told.withLock { $0.append("ready") }
                sink.yield()
            })
        let task = Task { try await service.run() }
        for await _ in isReady { break }
        task.cancel()
        try await task.value
        #expect(told.withLock { $0.sorted() } == ["ready", "t0 here", "t1 here", "t2 here"])
        #expect(told.withLock { $0.last } == "ready")
    }
}
