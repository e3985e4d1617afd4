import AMQPTransport
import ArgumentParser
import BenchmarkResults
import Broker
import GRPCTransport
import HTTPTransport
import NetRPCTransport
import TCPTransport

/// Every transport that there is, with its variants: a new transport is one line here.
enum TransportRegistry {
    static let all: [TransportDescriptor] =
        TCPTransport.descriptors + NetRPCTransport.descriptors + GRPCTransport.descriptors + HTTPTransport.descriptors
        + AMQPTransport.descriptors

    /// The default variant of each transport.
    static let defaults = all.filter { $0.variant == nil }

    /// What a suite can name, and what it measures when it names nothing.
    static let choice = TransportChoice(registry: all)

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
