import Broker
import Synchronization
import Testing

@Suite struct BrokerTests {
    @Test func sendsOverTheTransportAndClosesIt() async throws {
        let transport = RememberingTransport()
        let promise = try await withBroker(over: transport) { broker in
            try await broker.send(LogEntry(name: "a", data: "1"))
            return try await broker.send(LogEntry(name: "b", data: "2")).promise
        }
        #expect(promise == .queued)
        #expect(transport.events.withLock { $0 } == ["open", "a", "b", "close"])
    }

    /// What a peer says cannot control a terminal, or forge a line, wherever an error is shown.
    @Test func errorsArePrintable() {
        let words = "no\u{1b}[2J\u{9b}31m\u{202e}\nsent 1, acknowledged 1"
        let escaped = #"no\u{1b}[2J\u{9b}31m\u{202e}\nsent 1, acknowledged 1"#
        #expect("\(TransportError(.rejected, words))" == "rejected: \(escaped)")
        #expect("\(TransportError(.notSent, words))" == escaped)
        #expect("\(ServerError(words))" == escaped)
    }

    @Test func passesFailuresOn() async throws {
        let transport = RememberingTransport()
        await #expect(throws: TransportError(.rejected, "refused")) {
            try await withBroker(over: transport) { try await $0.send(LogEntry(name: "refuse", data: "")) }
        }
        #expect(transport.events.withLock { $0 } == ["open", "refuse", "close"])
    }
}

/// A transport that keeps the names of what it was asked.
private final class RememberingTransport: ClientTransport {
    let acknowledgement = AcknowledgementClass.queued
    let events = Mutex<[String]>([])

    func withConnection<R: Sendable>(
        _ body: @Sendable (isolated RememberingConnection) async throws -> R
    ) async throws -> R {
        let connection = RememberingConnection(transport: self)
        remember("open")
        defer { remember("close") }
        return try await body(connection)
    }

    func remember(_ event: String) {
        events.withLock { $0.append(event) }
    }
}

private actor RememberingConnection: TransportConnection {
    private let transport: RememberingTransport

    init(transport: RememberingTransport) {
        self.transport = transport
    }

    func send(_ entry: LogEntry) async throws(TransportError) -> Acknowledgement {
        transport.remember(entry.name)
        if entry.name == "refuse" { throw TransportError(.rejected, "refused") }
        return Acknowledgement(transport.acknowledgement)
    }

}
