import ArgumentParser
import Broker
import Terminal

/// The switches that every sending command has: which transport, to where, and how patiently.
struct DestinationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The transport: \(TransportRegistry.selectors.joined(separator: ", ")).", valueName: "name"))
    var transport: String

    @Option(
        help: ArgumentHelp(
            "The logger: HOST:PORT, or on this machine :PORT, unix:/PATH or unix:@NAME; for http also a URL with a path; for amqp "
                + "the URL of RabbitMQ. "
                + "The logger's default address when left out.",
            valueName: "addr-or-url"))
    var to: String?

    @Option(
        help: ArgumentHelp(
            "How long an entry may take, in whole seconds, whatever it waits for, and how long a connection may take to be made, "
                + "TLS and the protocol's greeting included. Then it fails: not sent, or outcome unknown. "
                + "A connection that answers nothing for so long is given up; the next entry opens another one. (default: 10, "
                + "5 for a connection; entries of amqp, which have ids, then wait for --patience)",
            valueName: "seconds"))
    var timeout: Int?

    /// How long an entry may take where nothing else is said, and how long a connection.
    private static let (defaultTimeout, defaultConnectTimeout) = (10, 5)

    @Option(
        help: ArgumentHelp(
            "How long entries wait for a logger that was there and is gone, in seconds: what was surely not sent is sent when "
                + "it is back, but not for longer than --timeout. (default: 5\(patient))",
            valueName: "seconds"))
    var patience: Double?

    @OptionGroup var transports: TransportClientFlags

    @OptionGroup var security: TLSClientOptions

    @OptionGroup var access: TokenClientOptions

    func validate() throws {
        let descriptor = try TransportRegistry.transport(named: transport)
        guard (1...3600).contains(timeout ?? 1) else { throw ValidationError("--timeout takes 1 to 3600 seconds.") }
        guard (0...3600).contains(patience ?? 0) else { throw ValidationError("--patience takes 0 to 3600 seconds.") }
        guard descriptor.takesToken || access.toTokenFile == nil else {
            let takers = TransportRegistry.defaults.filter(\.takesToken).map(\.name).joined(separator: ", ")
            throw ValidationError("--to-token-file is for \(takers): other transports have no place for a token.")
        }
        if case .target(let example) = descriptor.security, security.client != nil {
            throw ValidationError("For \(descriptor.name), TLS is part of the URL: --to '\(example)'.")
        }
    }

    /// The transports that wait for longer than others: `, for amqp 60`.
    private static var patient: String {
        TransportRegistry.defaults.filter { $0.patience > .seconds(5) }
            .map { ", for \($0.name) \($0.patience.components.seconds)" }.joined()
    }

    /// What the reader of an outcome has to know of the transport's own flags, by their names.
    var remarks: [(flag: String, text: String)] {
        get throws { transports.remarks(on: try TransportRegistry.transport(named: transport)) }
    }

    /// Sees to it that there can be connections with so many entries in flight each.
    /// - Throws: ``BenchmarkError`` with the command that makes room, where there is none.
    func makeRoom(for inFlight: [Int]) throws {
        let descriptor = try TransportRegistry.transport(named: transport)
        var room = ConnectionRoom()
        room.add(
            inFlight.map(descriptor.sockets).reduce(0, +),
            isTCP: !UnixSocketName.isMeant(by: to ?? descriptor.defaultTarget))
        try room.make()
    }

    /// The broker's half of the transport.
    /// - Parameters:
    ///   - maxInFlight: how many entries a connection may have unacknowledged.
    ///   - presence: told whether the logger is there; nil for connections that open only when it is.
    func client(
        maxInFlight: Int, presence: (@Sendable (TransportError?) -> Void)? = nil
    ) throws -> any ClientTransport {
        let descriptor = try TransportRegistry.transport(named: transport)
        let patience = min(
            self.patience.map { .seconds($0) } ?? descriptor.patience,
            self.timeout.map { .seconds($0) } ?? .seconds(3600))
        let timeout = self.timeout ?? Self.defaultTimeout
        var options = ClientOptions(
            target: to ?? descriptor.defaultTarget, maxInFlight: maxInFlight,
            connectTimeout: .seconds(self.timeout ?? Self.defaultConnectTimeout), answerTimeout: .seconds(timeout),
            patience: patience, tls: security.client, notice: StandardError.write(line:))
        options.presence = presence
        options.own = try transports.settings(for: descriptor)
        options.token = try access.token()
        return try descriptor.makeClient(options)
    }
}
