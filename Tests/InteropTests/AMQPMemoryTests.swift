import Foundation
import RabbitMQScope
import Testing

/// What waits, waits at RabbitMQ: neither the broker nor the logger grows with it.
@Suite(.rabbitMQ, .timeLimit(.minutes(3))) struct AMQPMemoryTests {
    private static let count = 60_000

    @Test("Memory stays flat while a quorum queue fills up before a slow logger")
    func staysFlat() async throws {
        let url = try RabbitMQScope.url
        // One entry at a time makes the logger several times slower than the broker.
        let slow = [
            "--amqp", url, "--amqp-queue", "flat", "--also", "amqp:quorum", "--amqp-prefetch", "1", "--store", "1",
        ]
        let load = [
            "send", "--transport", "amqp:quorum", "--to", url, "--payload-bytes", "1000", "--run", "flat",
            "--count", "\(Self.count)", "--in-flight", "64", "--json",
        ]
        try await withLogger([], arguments: slow, limit: .seconds(170)) { logger in
            var logged = 0
            let finished = try await withProgram(.brokerlab, load, limit: .seconds(160), isStopped: false) { broker in
                try await wait(logger, for: 1000)
                let sent = try #require(memory(of: broker))
                logged = try #require(memory(of: logger.program))
                // Until it ends, which leaves no memory to look at.
                var last = sent
                while !broker.output.hasEnded {
                    if let now = memory(of: broker) { last = now }
                    try await Task.sleep(for: .milliseconds(50))
                }
                #expect(last - sent < 6 << 10, "the broker grew from \(sent) to \(last) KiB")
            }
            #expect(try finished.decoded(SendOutcome.self).acked == Self.count)
            try await wait(logger, for: 10_000)
            let last = try #require(memory(of: logger.program))
            #expect(last - logged < 6 << 10, "the logger grew from \(logged) to \(last) KiB")
        }
    }

    /// Waits until the logger has so many entries.
    private func wait(_ logger: RunningLogger, for count: Int) async throws {
        struct Health: Decodable {
            var received: Int
        }
        while try await logger.answer("/health").decoded(Health.self).received < count {
            // The API has no way to wait for an entry; the test's time limit ends this.
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// The resident memory of a program, in KiB; nil when it has ended.
    private func memory(of program: RunningProgram) -> Int? {
        let status = try? String(contentsOfFile: "/proc/\(program.processID)/status", encoding: .utf8)
        let line = status?.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line.flatMap { Int($0.filter(\.isNumber)) }
    }
}
