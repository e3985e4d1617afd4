import Broker
import Testing

@testable import TransportIO

@Suite(.timeLimit(.minutes(1))) struct PoolBoundsTests {
    /// One socket, one place on it, and no answer: two wait, a third is turned away at once, and the others in time.
    @Test func waiting() async throws {
        let recorder = PatientRecorder(atOnce: ["last"])
        try await withLineServer(recorder, drainTimeout: .milliseconds(100)) { server in
            let client = SocketClientTransport(
                to: server.endpoint,
                description: .init(peer: "the line server", protocolName: "lines", mend: "Start it."),
                acknowledgement: .recorded,
                options: ClientOptions(target: "\(server.endpoint)", answerTimeout: .seconds(2)),
                bounds: PoolBounds(maxWaiting: 2)
            ) { LineClientEngine(capacity: 1) }
            try await client.withConnection { connection in
                let start = ContinuousClock.now
                let failures = await withTaskGroup(of: TransportError?.self) { group in
                    for number in 0..<4 {
                        group.addTask {
                            do throws(TransportError) {
                                _ = try await connection.send(LogEntry(name: "n\(number)", data: ""))
                                return nil
                            } catch {
                                return error
                            }
                        }
                    }
                    await recorder.received(1)
                    var failures: [(TransportError, Duration)] = []
                    for await failure in group {
                        if let failure { failures.append((failure, ContinuousClock.now - start)) }
                    }
                    return failures
                }
                #expect(failures.count == 4)
                let first = try #require(failures.first)
                #expect(first.0.fate == .notSent)
                #expect(first.0.message.hasPrefix("2 entries wait already to be sent to the line server"))
                #expect(first.1 < .seconds(2))
                let waited = failures.dropFirst().filter { $0.0.fate == .notSent }
                #expect(waited.count == 2)
                #expect(waited.allSatisfy { $0.0.message.hasPrefix("none of the 1 connections to the line server") })
                // The one that was sent has no answer.
                #expect(failures.dropFirst().contains { $0.0.fate == .unknown })
                #expect(failures.dropFirst().allSatisfy { $0.1 >= .seconds(2) })
                _ = try await connection.send(LogEntry(name: "last", data: ""))
            }
        }
        #expect(recorder.count == 1)
    }
}
