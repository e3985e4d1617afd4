import ArgumentParser
import Broker

/// The switch that every sending command has: which transport, and to where.
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

    @OptionGroup var amqp: AMQPPublisherOptions

    @OptionGroup var security: TLSClientOptions

    func validate() throws {
        let descriptor = try TransportRegistry.transport(named: transport)
        guard descriptor.name != "amqp" || security.client == nil else {
            throw ValidationError(
                "For amqp, TLS is part of the URL: --to 'amqps://USER:PASSWORD@HOST:5671/?cacertfile=FILE'.")
        }
    }

    /// The broker's half of the transport.
    func client(maxInFlight: Int) throws -> any ClientTransport {
        let descriptor = try TransportRegistry.transport(named: transport)
        var options = ClientOptions(target: to ?? descriptor.defaultTarget, maxInFlight: maxInFlight)
        amqp.apply(to: &options)
        options.tls = security.client
        return try descriptor.makeClient(options)
    }
}
