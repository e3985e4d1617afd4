import Broker
import RabbitMQNode
import Synchronization
import Testing

@testable import AMQPTransport
@testable import TransportIO

/// Several channels of one connection at a real RabbitMQ.
@Suite(.timeLimit(.minutes(2))) struct RabbitMQChannelTests {
    /// Sends entries all at once; returns why each has failed, or nil.
    private func failures(
        of entries: [LogEntry], over connection: SocketConnection
    ) async -> [TransportError?] {
        await withTaskGroup(of: (Int, TransportError?).self) { group in
            for (index, entry) in entries.enumerated() {
                group.addTask {
                    do throws(TransportError) {
                        _ = try await connection.send(entry)
                        return (index, nil)
                    } catch {
                        return (index, error)
                    }
                }
            }
            return await group.reduce(into: Array(repeating: nil, count: entries.count)) { $0[$1.0] = $1.1 }
        }
    }

    /// RabbitMQ closes the channel of a message that is larger than it allows (406 precondition-failed).
    @Test func onlyTheChannelOfAMessageThatIsTooLargeIsLost() async throws {
        let options = RabbitMQOptions(configuration: ["max_message_size = 10000"])
        try await withRabbitMQ(options) { node in
            let notices = Mutex<[String]>([])
            let client = try AMQP.client(
                .fourChannels,
                ClientOptions(
                    target: node.url, maxInFlight: 64, queue: "channels", onLoss: .report,
                    notice: { text in notices.withLock { $0.append(text) } }))
            let small = (0..<40).map { LogEntry(name: "\($0)", data: "d") }
            var withOneTooLarge = small
            withOneTooLarge[20].data = String(repeating: "x", count: 20_000)
            let (first, second, third) = try await client.withConnection { [withOneTooLarge] connection in
                (
                    await failures(of: small, over: connection), await failures(of: withOneTooLarge, over: connection),
                    await failures(of: small, over: connection)
                )
            }
            #expect(first.allSatisfy { $0 == nil })
            let failure = try #require(second[20])
            #expect(failure.fate == .unknown)
            #expect(failure.message.contains("PRECONDITION_FAILED - message size"), "\(failure.message)")
            let failed = second.compactMap(\.self)
            #expect(failed.count <= small.count / 4, "what the other channels carried was confirmed")
            #expect(failed.allSatisfy { $0 == failure })
            #expect(third.allSatisfy { $0 == nil }, "the connection goes on")
            let said = notices.withLock { $0 }
            #expect(said.count == 1 && said[0].hasSuffix("opening it again"), "\(said)")
        }
    }
}
