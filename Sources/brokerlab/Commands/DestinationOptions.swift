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
            "How long an entry may go unanswered, in whole seconds. Then it fails, outcome unknown, and its connection is "
                + "given up; the next entry opens another one.",
            valueName: "seconds"))
    var timeout = 10

    @OptionGroup var amqp: AMQPPublisherOptions

    @OptionGroup var security: TLSClientOptions

    func validate() throws {
        let descriptor = try TransportRegistry.transport(named: transport)
        guard (1...3600).contains(timeout) else { throw ValidationError("--timeout takes 1 to 3600 seconds.") }
        guard descriptor.name != "amqp" || security.client == nil else {
            throw ValidationError(
                "For amqp, TLS is part of the URL: --to 'amqps://USER:PASSWORD@HOST:5671/?cacertfile=FILE'.")
        }
    }

    /// The broker's half of the transport.
    func client(maxInFlight: Int) throws -> any ClientTransport {
        let descriptor = try TransportRegistry.transport(named: transport)
        var options = ClientOptions(
            target: to ?? descriptor.defaultTarget, maxInFlight: maxInFlight, answerTimeout: .seconds(timeout))
        amqp.apply(to: &options)
        options.tls = security.client
        return try descriptor.makeClient(options)
    }
}
