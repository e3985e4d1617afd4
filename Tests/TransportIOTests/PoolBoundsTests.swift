import Broker
import Testing

@testable import TransportIO

@Suite(.timeLimit(.minutes(1))) struct PoolBoundsTests {
    /// One socket, one place on it: two wait, a third is turned away at once, and the two in time.
    @Test func waiting() async throws {
        let recorder = PatientRecorder(atOnce: ["last"])
        try await withLineServer(recorder) { server in
            let client = SocketClientTransport(
                to: server.endpoint,
                description: .init(peer: "the line server", protocolName: "lines", mend: "Start it."),
                acknowledgement: .recorded, options: ClientOptions(target: "\(server.endpoint)"),
                bounds: PoolBounds(maxWaiting: 2, patience: .milliseconds(900))
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
                        if failures.count == 3 { for (_, reply) in recorder.takeReplies() { reply(.recorded) } }
                    }
                    return failures
                }
                #expect(failures.count == 3 && failures.allSatisfy { $0.0.fate == .notSent })
                let first = try #require(failures.first)
                #expect(
                    first.0.message.hasPrefix("2 entries wait already for one of the 1 connections to the line server"))
                #expect(first.1 < .milliseconds(900))
                for (failure, after) in failures.dropFirst() {
                    #expect(failure.message.hasPrefix("none of the 1 connections to the line server"))
                    #expect(after >= .milliseconds(900))
                }
                _ = try await connection.send(LogEntry(name: "last", data: ""))
            }
        }
        #expect(recorder.count == 1)
    }
}
