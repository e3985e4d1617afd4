import AMQPTransport
import ArgumentParser
import Broker
import GRPCTransport
import HTTPTransport
import NetRPCTransport
import TCPTransport

/// Every transport that there is: a new one is one line here.
enum TransportRegistry {
    static let all: [TransportDescriptor] = [
        TCPTransport.descriptor,
        NetRPCTransport.descriptor,
        GRPCTransport.descriptor,
        HTTPTransport.descriptor,
        AMQPTransport.descriptor,
    ]

    static var names: [String] { all.map(\.name) }

    /// The transport of that name.
    /// - Throws: an error that lists the names there are.
    static func transport(named name: String) throws -> TransportDescriptor {
        guard let transport = all.first(where: { $0.name == name }) else {
            throw ValidationError("There is no transport '\(name)'. Choose one of: \(names.joined(separator: ", ")).")
        }
        return transport
    }
}
