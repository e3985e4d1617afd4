import Broker
import Testing

@testable import TransportIO

@Suite(.timeLimit(.minutes(1))) struct AnswerTimeoutTests {
    /// An answer that does not come ends the wait, not before its time; the next entry is sent on a new socket.
    @Test func noAnswer() async throws {
        let recorder = PatientRecorder(atOnce: ["next"])
        try await withLineServer(recorder, drainTimeout: .milliseconds(100)) { server in
            let options = ClientOptions(target: "\(server.endpoint)", answerTimeout: .milliseconds(900))
            let client = SocketClientTransport(
                to: server.endpoint,
                description: .init(peer: "the line server", protocolName: "lines", mend: "Start it."),
                acknowledgement: .recorded, options: options
            ) { LineClientEngine() }
            try await client.withConnection { connection in
                let start = ContinuousClock.now
                let error = await #expect(throws: TransportError.self) {
                    try await connection.send(LogEntry(name: "n", data: ""))
                }
                #expect(error?.fate == .unknown && error?.message.hasPrefix("no answer from the line server") == true)
                #expect(ContinuousClock.now - start >= options.answerTimeout)
                _ = try await connection.send(LogEntry(name: "next", data: ""))
            }
        }
    }
}
