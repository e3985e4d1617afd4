import Broker
import Foundation
import Testing

@testable import brokerlab

/// A transport, and what its halves speak over.
struct Route: Sendable {
    /// What a logger listens on.
    enum Place: String {
        /// A private address of the transport's own: a port, or a message broker.
        case usual
        /// A Unix domain socket with a file.
        case file
        /// A Unix domain socket with a name in the abstract namespace.
        case name
    }

    let transport: TransportDescriptor
    let place: Place

    /// How many event loops the logger has: of two routes of one protocol, one has one and the other several.
    var loops: Int { place == .usual ? 1 : 4 }

    /// Every transport that is tested as it is by itself; and over Unix domain sockets, with a file and without in turn, one of those that
    /// differ in nothing but their codec.
    static var all: [Route] {
        var modes: Set<String> = []
        let local = TransportRegistry.tested.filter {
            $0.companion == nil && modes.insert("\($0.name) \($0.mode)").inserted
        }
        return TransportRegistry.tested.map { Route(transport: $0, place: .usual) }
            + local.enumerated().map { Route(transport: $1, place: $0.isMultiple(of: 2) ? .file : .name) }
    }

    /// A new place for a logger; nil for the transport's own.
    var target: String? {
        switch place {
        case .usual: nil
        case .file: "unix:\(NSTemporaryDirectory())brokerlab-\(UUID()).sock"
        case .name: "unix:@brokerlab-\(UUID())"
        }
    }
}

extension Route: CustomTestStringConvertible {
    /// The transport's selector, and the place where it is not the usual one.
    var testDescription: String {
        transport.selector + (place == .usual ? "" : " over a Unix socket with a \(place.rawValue)")
    }
}
