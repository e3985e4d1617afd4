import MachineTestKit
import Testing

/// `--timeout` bounds a connection, too, whatever of it does not come about.
@Suite("A connection ends in time", .timeLimit(.minutes(2)))
struct ConnectTimeoutTests {
    private static let transports = ["tcp", "netrpc", "grpc", "http", "http:http2", "amqp"]

    /// What becomes of an entry for which there is a second.
    private func send(
        _ transport: String, to port: ReservedPort, _ more: [String] = [], scheme: String = "amqp"
    ) async throws -> FinishedProgram {
        let target = transport == "amqp" ? "\(scheme)://guest:guest@\(port.address)" : port.address
        let start = ContinuousClock.now
        let finished = try await runProgram(
            .brokerlab, ["send", "--transport", transport, "--to", target, "--data", "d", "--timeout", "1"] + more)
        // Two for a connection and an entry, and what a busy machine takes; without a bound, a connection takes minutes.
        #expect(ContinuousClock.now - start < .seconds(15))
        return finished
    }

    @Test("to a peer that accepts nothing: its backlog is full", arguments: transports)
    func backlog(_ transport: String) async throws {
        let port = try ReservedPort()
        try port.acceptNothing()
        expectOneClearLine(
            try await send(transport, to: port), mentioning: [port.address, "no connection within 1000 ms"])
    }

    @Test("to one that never greets", arguments: ["grpc", "http:http2", "amqp"])
    func greeting(_ transport: String) async throws {
        let port = try ReservedPort()
        try port.acceptInSilence()
        expectOneClearLine(try await send(transport, to: port), mentioning: [port.address, "not ready within 1000 ms"])
    }

    @Test("to one that says nothing of TLS", arguments: transports)
    func handshake(_ transport: String) async throws {
        let port = try ReservedPort()
        try port.acceptInSilence()
        let tls = transport == "amqp" ? [] : ["--tls"]
        expectOneClearLine(
            try await send(transport, to: port, tls, scheme: "amqps"),
            mentioning: [port.address, "TLS handshake was not done within"])
    }

    @Test("to one that never answers net/rpc's CONNECT")
    func connectMethod() async throws {
        let port = try ReservedPort()
        try port.acceptInSilence()
        let target = ["send", "--transport", "netrpc", "--to", "http://\(port.address)/_goRPC_"]
        let finished = try await runProgram(.brokerlab, target + ["--data", "d", "--timeout", "1"])
        expectOneClearLine(finished, mentioning: [port.address, "not ready within 1000 ms"])
    }

    @Test("of a URL that would allow it more")
    func longerInTheURL() async throws {
        let port = try ReservedPort()
        try port.acceptNothing()
        let target = "amqp://guest:guest@\(port.address)?connection_timeout=60000"
        let finished = try await runProgram(
            .brokerlab, ["send", "--transport", "amqp", "--to", target, "--data", "d", "--timeout", "1"])
        expectOneClearLine(finished, mentioning: ["no connection within 1000 ms"])
    }
}
