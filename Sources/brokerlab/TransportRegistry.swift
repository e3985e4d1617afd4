import AMQPTransport
import ArgumentParser
import BenchmarkResults
import Broker
import GRPCTransport
import HTTPTransport
import NetRPCTransport
import Synchronization
import TCPTransport

/// Every transport that there is, with its variants: a new transport is one line here.
enum TransportRegistry {
    private static let builtIn: [TransportDescriptor] =
        TCP.descriptors
        + NetRPC.descriptors
        + GRPC.descriptors
        + HTTP.descriptors
        + AMQP.descriptors

    private static let registered = Mutex(builtIn)

    /// Adds transports of a program that is made of this one.
    static func add(_ transports: [TransportDescriptor]) {
        registered.withLock { $0 += transports }
    }

    /// All of them, with their variants.
    static var all: [TransportDescriptor] { registered.withLock { $0 } }

    /// The default variant of each transport.
    static var defaults: [TransportDescriptor] { all.filter { $0.variant == nil } }

    /// The transport beside which a logger has its control API.
    static var control: TransportDescriptor {
        get throws {
            guard let transport = defaults.first(where: { $0.makeControlServer != nil }) else {
                throw ServerError("no transport has a place for the logger's control API")
            }
            return transport
        }
    }

    /// What a suite can name, and what it measures when it names nothing.
    static var choice: TransportChoice { TransportChoice(registry: all) }

    static var selectors: [String] { choice.known }

    /// The transport, or the variant, of that selector.
    /// - Throws: an error that lists the selectors there are.
    static func transport(named selector: String) throws -> TransportDescriptor {
        guard let transport = all.first(where: { $0.selector == selector }) else {
            throw ValidationError(
                "There is no transport '\(selector)'. Choose one of: \(selectors.joined(separator: ", ")).")
        }
        return transport
    }
}
