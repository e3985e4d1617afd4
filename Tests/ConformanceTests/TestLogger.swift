public import Broker
import Foundation
import LoggerService
import RabbitMQScope
public import Testing

@testable import brokerlab

/// The receiving half of a transport in this process, with a ledger behind it.
struct TestLogger: Sendable {
    let transport: TransportDescriptor
    let ledger: Ledger
    /// What a client gives as `--to`.
    let target: String
    /// The queue in which entries wait, where the transport has one.
    let queue: String

    /// Runs a logger at the end of a route while `body` runs, then stops it gracefully.
    static func run<R: Sendable>(
        _ route: Route, storeBytes: Int = 16 << 20, limits: EntryLimits = EntryLimits(),
        _ body: @Sendable (TestLogger) async throws -> R
    ) async throws -> R {
        try await run(
            route.transport, ledger: Ledger(storeBytes: storeBytes, loops: route.loops), loops: route.loops,
            at: route.target, limits: limits, body)
    }

    /// Runs a logger while `body` runs, then stops it gracefully.
    static func run<R: Sendable>(
        _ transport: TransportDescriptor, ledger: Ledger = Ledger(storeBytes: 4 << 20), loops: Int = 1,
        recorder: (any EntryRecorder)? = nil, at target: String? = nil,
        queue: String = "test-\(UUID().uuidString)", limits: EntryLimits = EntryLimits(),
        _ body: @Sendable (TestLogger) async throws -> R
    ) async throws -> R {
        var options = try ServerOptions(
            target: target ?? (transport.companion == nil ? transport.privateTarget : RabbitMQScope.url),
            limits: limits,
            drainTimeout: .seconds(2))
        options.own = transport.settings(queue: queue, of: .logger)
        options.loops = loops
        let server = try transport.makeServer(options)
        let recorder = recorder ?? ledger.recorder(for: transport.name)
        let (addresses, continuation) = AsyncStream.makeStream(of: ServerAddress.self)
        return try await withThrowingTaskGroup { group in
            group.addTask {
                try await server.serve(to: recorder) { continuation.yield($0) }
                continuation.finish()
            }
            var iterator = addresses.makeAsyncIterator()
            guard let address = await iterator.next() else {
                try await group.waitForAll()
                throw ServerError("the logger ended before it was ready")
            }
            let logger = TestLogger(transport: transport, ledger: ledger, target: address.target, queue: queue)
            let result = try await body(logger)
            group.cancelAll()
            try await group.waitForAll()
            return result
        }
    }

    /// The transport's sending half.
    func client(maxInFlight: Int = 64, limits: EntryLimits = EntryLimits()) throws -> any ClientTransport {
        var options = ClientOptions(target: target, maxInFlight: maxInFlight, limits: limits)
        // Why entries are missing, where the transport knows.
        options.notice = { [name = transport.name] in print("\(name): \($0)") }
        options.own = transport.settings(queue: queue, of: .broker)
        return try transport.makeClient(options)
    }

    /// The ledger's account of a run once it holds so many entries; what it holds by then if it never does.
    func report(run: String, awaiting unique: UInt64) async throws -> RunReport {
        let deadline = ContinuousClock.now + .seconds(20)
        var report = RunReport(run: run)
        while report.unique < unique && ContinuousClock.now < deadline {
            if let known = try control(RunReport.self, "/runs/\(run)") { report = known }
            try await Self.leaveTheProcessor()
        }
        return report
    }

    /// The latest entries once there are so many, newest first.
    func entries(awaiting count: Int) async throws -> [TestEntry] {
        let deadline = ContinuousClock.now + .seconds(20)
        var entries: [TestEntry] = []
        while entries.count < count && ContinuousClock.now < deadline {
            entries = try allEntries()
            try await Self.leaveTheProcessor()
        }
        return entries
    }

    /// The ledger has no way to wait for an entry; who asks all the time takes the core that RabbitMQ would bring it with.
    private static func leaveTheProcessor() async throws {
        try await Task.sleep(for: .milliseconds(2))
    }

    private func control<T: Decodable>(_ type: T.Type, _ path: String, query: String = "") throws -> T? {
        let answer = try #require(ControlAPI(ledger: ledger).answer(method: "GET", path: path, query: query))
        guard answer.status == 200 else { return nil }
        return try JSONDecoder().decode(type, from: whole(answer))
    }

    /// The body with all its parts.
    private func whole(_ answer: ControlAPI.Answer) -> Data {
        var body = Data(answer.body)
        while let more = answer.more, case .bytes(let part) = more() { body += part }
        return body
    }

    /// The entries of all pages.
    private func allEntries() throws -> [TestEntry] {
        var entries: [TestEntry] = []
        var query: String? = "limit=1000"
        while let asked = query {
            let answer = try #require(ControlAPI(ledger: ledger).answer(method: "GET", path: "/entries", query: asked))
            entries += try JSONDecoder().decode([TestEntry].self, from: whole(answer))
            query = answer.link.map { String($0.drop { $0 != "?" }.dropFirst().prefix { $0 != ">" }) }
        }
        return entries
    }
}

/// An entry as `GET /entries` gives it.
struct TestEntry: Decodable, Hashable {
    var name: String
    var data: String
    var severity: String
    var transport: String
}

extension TransportDescriptor {
    /// What names the queue, where the transport has one.
    func settings(queue: String, of half: TransportHalf) -> TransportSettings {
        var settings = TransportSettings()
        for option in options where option.name == "queue" && option.half == half {
            // The logger's half of a variant with a queue of its own adds the variant by itself.
            let suffix = half == .broker && needsOwnServer ? "-\(variant ?? "")" : ""
            let isSet = settings.set(option, to: queue + suffix)
            #expect(isSet)
        }
        return settings
    }
}

extension TransportDescriptor: CustomTestStringConvertible {
    /// The transport's selector.
    public var testDescription: String { selector }
}
