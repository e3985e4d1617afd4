import Broker
import EntryStore
import PostgreSQLServer
import Synchronization
import Testing

@testable import PostgreSQLStore

/// PostgreSQL is killed under load and started again: nothing acknowledged is missing, and it goes on by itself.
@Suite(.serialized, .timeLimit(.minutes(2))) struct CrashTests {
    /// What senders and the operator were told; entries by their numbers.
    private final class Answers: Sendable {
        let acknowledged = Mutex<Set<UInt64>>([])
        let refused = Mutex<[String]>([])
        let notices = Mutex<[String]>([])
        /// How many more entries each sender sends.
        let left = Atomic(Int.max)
    }

    /// Sends entries one after another, each when the one before was answered, while there are some left.
    private func send(from first: UInt64, to writer: StoreWriter, _ answers: Answers) async {
        var number = first
        while answers.left.wrappingSubtract(1, ordering: .relaxed).newValue >= 0 {
            let sequence = number
            await withCheckedContinuation { answered in
                let (name, run) = (Array("crash".utf8), Array("run".utf8))
                let entry = ReceivedEntry(
                    name: name.span.bytes, data: name.span.bytes, run: run.span.bytes, sequence: sequence)
                let result = writer.record(entry, transport: "test") {
                    EntryReply { result in
                        if case .recorded = result {
                            answers.acknowledged.withLock { _ = $0.insert(sequence) }
                        } else {
                            answers.refused.withLock { $0.append("\(result)") }
                        }
                        answered.resume()
                    }
                }
                if result != .later { answered.resume() }
            }
            number += 1
        }
    }

    @Test func nothingAcknowledgedIsMissing() async throws {
        try await withPostgreSQL { server in
            let store = try PostgreSQLDatabase(server.url)
            var configuration = StoreWriter.Configuration()
            configuration.patience = .seconds(60)
            let writer = StoreWriter(to: store, configuration)
            defer { writer.close() }
            let answers = Answers()
            try await withThrowingTaskGroup { group in
                for sender in 0..<16 {
                    group.addTask {
                        await self.send(from: UInt64(sender) << 32, to: writer, answers)
                    }
                }
                defer { answers.left.store(0, ordering: .relaxed) }
                for _ in 0..<3 {
                    try await self.wait(for: 200, answers)
                    try await server.kill()
                    try await server.startAgain()
                }
                try await self.wait(for: 200, answers)
                answers.left.store(0, ordering: .relaxed)
                try await group.waitForAll()
            }
            let stored = try store.all()
            let numbers = Set(stored.compactMap(\.sequence))
            let acknowledged = answers.acknowledged.withLock { $0 }
            #expect(acknowledged.isSubset(of: numbers))
            #expect(numbers.count == stored.count)
            #expect(stored.filter(\.isRepeated).isEmpty)
            // It was away for less than senders wait.
            #expect(answers.refused.withLock { $0 } == [])
        }
    }

    /// Waits until so many more entries were acknowledged than now.
    private func wait(for more: Int, _ answers: Answers) async throws {
        let wanted = answers.acknowledged.withLock { $0.count } + more
        let deadline = ContinuousClock.now + .seconds(30)
        while answers.acknowledged.withLock({ $0.count }) < wanted {
            try #require(ContinuousClock.now < deadline, "entries are not stored any more")
            await Task.yield()
        }
    }

    /// Away for longer than entries wait: they are refused with the reason, and later ones are stored again.
    @Test func entriesAreRefusedWhileItIsAway() async throws {
        try await withPostgreSQL { server in
            let store = try PostgreSQLDatabase(server.url)
            var configuration = StoreWriter.Configuration()
            configuration.patience = .milliseconds(200)
            let answers = Answers()
            let writer = StoreWriter(
                to: store, configuration, notice: { line in answers.notices.withLock { $0.append(line) } })
            defer { writer.close() }
            try await server.kill()
            answers.left.store(2, ordering: .relaxed)
            await send(from: 0, to: writer, answers)
            let refused = answers.refused.withLock { $0 }
            #expect(refused.count == 2)
            #expect(refused.allSatisfy { $0.contains("PostgreSQL at") })
            try await server.startAgain()
            answers.left.store(2, ordering: .relaxed)
            await send(from: 10, to: writer, answers)
            #expect(answers.acknowledged.withLock { $0 } == [10, 11])
            let notices = answers.notices.withLock { $0 }
            #expect(notices.count == 2)
            #expect(notices.first?.hasPrefix("entries are not stored: PostgreSQL at") == true)
            #expect(notices.last == "entries are stored again")
        }
    }
}
