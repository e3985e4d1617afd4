import BenchmarkKit
import Broker
import Foundation

/// The ports of the contract on this machine, and what answers there.
///
/// `bench` takes free ports; these are the ones that `logger`, `send` and `broker` take unless told otherwise.
enum ContractPorts {
    private static let timeout = 1.0

    static func findings() async -> [Finding] {
        var findings: [Finding] = []
        let ports = TransportRegistry.defaults.compactMap { transport in
            endpoint(of: transport).map { (transport: transport, host: $0.host, port: $0.port) }
        }
        // The logger's health is asked for first, since it explains the others.
        var health: LoggerHealth?
        if let http = ports.first(where: { $0.transport.makeControlServer != nil }) {
            let address = Endpoint(host: http.host, port: http.port)
            health = try? await LoggerHealth.ask("\(address)", timeout: timeout)
        }
        for (transport, _, port) in ports {
            let subject = "port \(port) (\(transport.name))"
            switch PortUse(of: port) {
            case .free:
                let text = transport.companion.map { "no \($0.name) runs here; bench starts its own" }
                findings.append(.ok(subject, text ?? "free"))
            case .unusable(let reason):
                findings.append(
                    .warn(subject, "cannot be listened on: \(reason)", mend: elsewhere(transport)))
            case .taken:
                findings.append(await taken(subject, transport, port, health))
            }
        }
        return findings
    }

    private static func taken(
        _ subject: String, _ transport: TransportDescriptor, _ port: Int, _ health: LoggerHealth?
    ) async -> Finding {
        let mend = "ss -ltnp 'sport = :\(port)' (whose it is), or \(elsewhere(transport))"
        if let companion = transport.companion {
            if let greeting = await companion.greeting(port: port, timeout: .seconds(timeout)) {
                return .ok(
                    subject, "\(greeting) answers; bench uses it with --\(transport.name) \(transport.defaultTarget)")
            }
            return .warn(subject, "something answers that is no \(companion.name)", mend: mend)
        }
        if transport.makeControlServer != nil {
            guard let health else { return .warn(subject, "something answers that is no logger", mend: mend) }
            return .ok(subject, "a logger answers: \(health.status), \(health.received) entries received")
        }
        do {
            try await connect(transport)
        } catch {
            return .warn(subject, "\(error)", mend: mend)
        }
        guard health != nil else { return .warn(subject, "something answers", mend: mend) }
        return .ok(subject, "accepts connections, and a logger runs here")
    }

    /// Opens a connection, with the handshake that belongs to it, and sends no entry.
    private static func connect(_ transport: TransportDescriptor) async throws {
        let options = ClientOptions(target: transport.defaultTarget, connectTimeout: .seconds(timeout))
        try await connect(transport.makeClient(options))
    }

    private static func connect(_ client: some ClientTransport) async throws {
        try await client.withConnection { _ in }
    }

    private static func elsewhere(_ transport: TransportDescriptor) -> String {
        "brokerlab logger --\(transport.name) " + (transport.companion == nil ? "127.0.0.1:PORT" : "URL")
    }

    /// The address in a default target, which may be a URL.
    private static func endpoint(of transport: TransportDescriptor) -> (host: String, port: Int)? {
        let address = transport.defaultTarget.split { $0 == "/" || $0 == "@" }.last.map(String.init)
        guard let address, case .tcp(let host, let port)? = try? Endpoint(parsing: address) else { return nil }
        return (host, port)
    }
}
