import Broker
import TransportIO

/// A transport that nobody but its registry line knows, to see that this is enough: protobuf behind its length, after the word
/// that both sides have agreed upon.
enum Postcard {
    static let descriptors = [descriptor]

    /// The word, as each half is told of it: `--postcard-motto`.
    static let sent = TransportOption.text(
        "motto", of: .broker, valueName: "word", "For postcard: the word to show to the logger. (default: greetings)")
    static let asked = TransportOption.text(
        "motto", of: .logger, valueName: "word", "For postcard: the word to ask of brokers. (default: greetings)")

    private static let usual = "greetings"

    private static let descriptor: TransportDescriptor = {
        var descriptor = TransportDescriptor(
            name: "postcard", summary: "a made-up transport", codec: "protobuf", mode: "card",
            acknowledgement: .recorded, defaultTarget: "127.0.0.1:5999",
            makeClient: { options in
                SocketClientTransport(
                    to: try Endpoint(parsing: options.target),
                    description: .init(
                        peer: "the postcard logger", protocolName: "postcard",
                        mend: "Start it with: logger --postcard \(options.target)"),
                    acknowledgement: .recorded, options: options
                ) {
                    PostcardClientEngine(
                        capacity: options.maxInFlight, limits: options.limits, motto: options.own[sent] ?? usual)
                }
            },
            makeServer: { options in
                SocketServerTransport(on: try Endpoint(listeningAt: options.target), options: options) {
                    PostcardServerEngine(limits: options.limits, motto: options.own[asked] ?? usual)
                }
            })
        descriptor.options = [sent, asked]
        descriptor.libraries = [LinkedLibrary(name: "libpostcard", version: "1.2.3")]
        return descriptor
    }()
}
