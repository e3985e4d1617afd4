import ArgumentParser
import Broker

/// The switches that every sending command has: which transport, to where, and how patiently.
struct DestinationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The transport: \(TransportRegistry.selectors.joined(separator: ", ")).", valueName: "name"))
    var transport: String

    @Option(
        help: ArgumentHelp(
            "The logger: HOST:PORT; for http also a URL with a path; for amqp the URL of RabbitMQ. "
                + "The logger's default address when left out.",
            valueName: "addr-or-url"))
    var to: String?

    @Option(
        help: ArgumentHelp(
            "How long an entry may take, in whole seconds, whatever it waits for. Then it fails: not sent, or outcome unknown. "
                + "A connection that answers nothing for so long is given up; the next entry opens another one. (default: 10; "
                + "entries of amqp, which have ids, then wait for --patience)",
            valueName: "seconds"))
    var timeout: Int?

    /// How long an entry may take where nothing else is said.
    private static let defaultTimeout = 10

    @Option(
        help: ArgumentHelp(
            "How long entries wait for a logger that was there and is gone, in seconds: what was surely not sent is sent when "
                + "it is back, but not for longer than --timeout. (default: 5, for amqp 60)",
            valueName: "seconds"))
    var patience: Double?

    @Flag(
        name: .customLong("http-any-2xx"),
        help: ArgumentHelp(
            "For http: take every answer with a 2xx for an acknowledgement, but for one that says that it failed. Otherwise "
                + "only {\"error\": false} is one, and the outcome of an entry with another answer is unknown."))
    var httpAny2xx = false

    @OptionGroup var amqp: AMQPPublisherOptions

    @OptionGroup var security: TLSClientOptions

    @OptionGroup var access: TokenClientOptions

    func validate() throws {
        let descriptor = try TransportRegistry.transport(named: transport)
        guard (1...3600).contains(timeout ?? 1) else { throw ValidationError("--timeout takes 1 to 3600 seconds.") }
        guard (0...3600).contains(patience ?? 0) else { throw ValidationError("--patience takes 0 to 3600 seconds.") }
        guard descriptor.name == "http" || access.toTokenFile == nil else {
            throw ValidationError("--to-token-file is for http: other transports have no place for a token.")
        }
        guard descriptor.name != "amqp" || security.client == nil else {
            throw ValidationError(
                "For amqp, TLS is part of the URL: --to 'amqps://USER:PASSWORD@HOST:5671/?cacertfile=FILE'.")
        }
    }

    /// The broker's half of the transport.
    func client(maxInFlight: Int) throws -> any ClientTransport {
        let descriptor = try TransportRegistry.transport(named: transport)
        let patience = min(
            self.patience ?? (descriptor.name == "amqp" ? 60 : 5), self.timeout.map(Double.init) ?? .infinity)
        let timeout = self.timeout ?? Self.defaultTimeout
        var options = ClientOptions(
            target: to ?? descriptor.defaultTarget, maxInFlight: maxInFlight, connectTimeout: .seconds(min(5, timeout)),
            answerTimeout: .seconds(timeout), patience: .seconds(patience))
        amqp.apply(to: &options)
        options.tls = security.client
        options.takesAnyHTTPSuccess = httpAny2xx
        options.token = try access.token()
        return try descriptor.makeClient(options)
    }
}
