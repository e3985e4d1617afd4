package import Broker

/// What can be done with an entry in one process, without sockets: the inner layers of a transport, to be timed alone.
package struct LayerWork {
    /// Encodes and decodes the entry that many times; nil where the codec has no life of its own.
    package var codec: ((_ times: Int) throws -> Void)?
    /// Carries the entry that many times from the client's engine to the server's and its answer back; nil where the two
    /// do not speak to each other.
    package var engines: ((_ times: Int) throws -> Void)?

    /// Creates the work.
    package init(codec: ((_ times: Int) throws -> Void)?, engines: ((_ times: Int) throws -> Void)?) {
        self.codec = codec
        self.engines = engines
    }
}

/// Makes the work of a transport: for its descriptor, an entry, and how many may be in flight.
package typealias MakeLayerWork = @Sendable (TransportDescriptor, LogEntry, _ inFlight: Int) throws -> LayerWork
