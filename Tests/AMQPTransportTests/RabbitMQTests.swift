import NIOCore
import Broker
import RabbitMQNode
import Synchronization
import Testing

@testable import AMQPTransport
@testable import TransportIO

/// Both halves against a real RabbitMQ.
@Suite(.serialized, .timeLimit(.minutes(2))) struct RabbitMQTests {
    /// Counts entries; tells when enough of them have come.
    final class Collector: EntryRecorder {
        private let state = Mutex<(entries: [LogEntry], undecodable: Int)>(([], 0))
        private let arrivals: AsyncStream<Void>.Continuation
        let arrived: AsyncStream<Void>

        init() {
            (arrived, arrivals) = AsyncStream.makeStream(of: Void.self)
        }

        var entries: [LogEntry] { state.withLock { $0.entries } }
        var undecodable: Int { state.withLock { $0.undecodable } }

        func record(_ entry: borrowing ReceivedEntry, reply: () -> EntryReply) -> RecordResult {
            let entry = entry.copy()
            state.withLock { $0.entries.append(entry) }
            arrivals.yield()
            return .recorded
        }

        func countUndecodable() {
            state.withLock { $0.undecodable += 1 }
            arrivals.yield()
        }

        /// Waits until `count` messages have come since the last call.
        func wait(for count: Int) async {
            var iterator = arrived.makeAsyncIterator()
            for _ in 0..<count { await iterator.next() }
        }
    }

    /// Serves to a collector while `body` runs, then drains.
    private func withLogger(
        _ options: ServerOptions, _ body: @Sendable (Collector) async throws -> Void
    ) async throws -> Collector {
        let collector = Collector()
        let server = try AMQP.descriptors[0].makeServer(options)
        let (ready, continuation) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { continuation.finish() }
                try await server.serve(to: collector) { _ in continuation.finish() }
            }
            for await _ in ready {}
            try await body(collector)
            group.cancelAll()
            try await group.waitForAll()
        }
        return collector
    }

    private func send(_ entries: [LogEntry], _ options: ClientOptions) async throws {
        func send(over transport: some ClientTransport) async throws {
            try await transport.withConnection { connection in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for entry in entries {
                        group.addTask { _ = try await connection.send(entry) }
                    }
                    try await group.waitForAll()
                }
            }
        }
        try await send(over: try AMQP.descriptors[0].makeClient(options))
    }

    /// A publisher whose bodies are the bytes of `data`, whatever they are.
    private struct RawEngine: ClientEngine {
        var engine: AMQPClientEngine
        var number: UInt64 = 0
        var capacity: Int { engine.capacity }
        var isReady: Bool { engine.isReady }
        var isClosed: Bool { engine.isClosed }
        mutating func open(into out: inout ByteBuffer) { engine.open(into: &out) }
        mutating func close(into out: inout ByteBuffer) { engine.close(into: &out) }

        mutating func send(_ entry: LogEntry, ticket: Int, into out: inout ByteBuffer) throws(TransportError) {
            number += 1
            let id = EntryID(connection: 1, number: number)
            engine.publish(id, entry.severity, size: entry.data.utf8.count, ticket: ticket, into: &out) {
                $0.writeString(entry.data)
            }
        }
        mutating func receive(
            _ bytes: inout ByteBuffer, into out: inout ByteBuffer, completions: inout Completions
        ) throws(ProtocolError) {
            try engine.receive(&bytes, into: &out, completions: &completions)
        }
    }

    @Test func carriesEntriesOfEverySize() async throws {
        try await withRabbitMQ { node in
            let framework = #"{"name":"","data":""}"#.utf8.count
            let frame = 131_072 - 8
            let sizes = [0, 1, frame - 1, frame, frame + 1, 2 * frame, 2 * frame + 1, 1 << 20]
            let entries = sizes.map { size in
                LogEntry(name: "", data: String(repeating: "x", count: max(0, size - framework)), severity: .warning)
            }
            let collector = try await withLogger(ServerOptions(target: node.url, queue: "sizes", isTemporary: true)) {
                try await send(entries, ClientOptions(target: node.url, queue: nil))
                await $0.wait(for: sizes.count)
            }
            // They were sent at once, by as many tasks.
            #expect(collector.entries.map(\.data.utf8.count).sorted() == entries.map(\.data.utf8.count).sorted())
            #expect(collector.entries.allSatisfy { $0.severity == .warning })

            // Bodies that are no entries: 0, 1 and many bytes.
            let url = try AMQPURL(parsing: node.url)
            let raw = SocketClientTransport(
                to: url.endpoint, description: .init(peer: "RabbitMQ", protocolName: "AMQP", mend: ""),
                acknowledgement: .queued, options: ClientOptions(target: node.url)
            ) {
                RawEngine(engine: AMQPClientEngine(.init(url: url)))
            }
            let rawOptions = ServerOptions(target: node.url, queue: "raw", isTemporary: true)
            let second = try await withLogger(rawOptions) { collector in
                try await raw.withConnection { connection in
                    for count in [0, 1, frame - 1, frame, frame + 1, 1 << 20] {
                        let data = String(repeating: "x", count: count)
                        #expect(try await connection.send(LogEntry(name: "", data: data)).promise == .queued)
                    }
                    _ = try await connection.send(LogEntry(name: "", data: #"{"data":"d","name":"n"}"#))
                }
                await collector.wait(for: 7)
            }
            #expect(second.undecodable == 6)
            #expect(second.entries == [LogEntry(name: "n", data: "d")])

            try await losesNothingBetween(node)
            try await saysWhatIsWrong(node)
        }
    }

    /// What was sent before the logger started waits for it, and what it did not acknowledge comes again.
    private func losesNothingBetween(_ node: RunningNode) async throws {
        let entries = (0..<500).map { LogEntry(name: "\($0)", data: "d", severity: Severity.allCases[$0 % 3]) }
        try await send(entries, ClientOptions(target: node.url, queue: AMQP.defaultQueue))
        let collector = try await withLogger(ServerOptions(target: node.url)) { await $0.wait(for: 500) }
        #expect(collector.entries.sorted { (Int($0.name) ?? 0) < (Int($1.name) ?? 0) } == entries)
        let again = try await withLogger(ServerOptions(target: node.url)) { collector in
            try await send([LogEntry(name: "last", data: "d")], ClientOptions(target: node.url))
            await collector.wait(for: 1)
        }
        #expect(again.entries.map(\.name) == ["last"])
    }

    private func saysWhatIsWrong(_ node: RunningNode) async throws {
        let entry = [LogEntry(name: "n", data: "d")]
        let address = "127.0.0.1:\(node.port)"
        for (url, expected) in [
            ("amqp://guest:wrong@\(address)", "Check user and password"),
            ("amqp://\(address)/nope", "Create the vhost"),
        ] {
            let error = await #expect(throws: TransportError.self) {
                try await send(entry, ClientOptions(target: url))
            }
            #expect(error?.fate == .notSent)
            #expect(error?.message.contains(expected) == true)
            let refusal = await #expect(throws: ServerError.self) {
                _ = try await withLogger(ServerOptions(target: url)) { _ in }
            }
            #expect(refusal?.message.contains(expected) == true)
        }
    }

    @Test func tellsHowMuchIsQueued() async throws {
        try await withRabbitMQ { node in
            let entries = (0..<25).map { LogEntry(name: "n", data: "\($0)") }
            try await send(entries, ClientOptions(target: node.url, queue: "waiting"))
            #expect(try await AMQP.messageCount(inQueue: "waiting", at: node.url) == 25)
            let error = await #expect(throws: ServerError.self) {
                try await AMQP.messageCount(inQueue: "nowhere", at: node.url)
            }
            #expect(error?.message.contains("NOT_FOUND") == true)
            // Entries that were confirmed after the exchange was deleted, and what goes with it, arrive.
            let logger = ServerOptions(target: node.url, queue: "waiting")
            _ = try await withLogger(logger) { collector in
                await collector.wait(for: 25)
                try await node.control(
                    "eval", #"rabbit_exchange:delete({resource,<<"/">>,exchange,<<"logs_topic">>}, false, <<"t">>)."#)
                var sent = 0
                while sent < 1 {
                    // It is refused until the logger has bound its queue again.
                    do {
                        try await send([LogEntry(name: "n", data: "after")], ClientOptions(target: node.url))
                        sent += 1
                    } catch let error as TransportError where error.fate == .rejected {
                        continue
                    }
                }
                await collector.wait(for: 1)
                #expect(collector.entries.last?.data == "after")
            }
        }
    }
}
