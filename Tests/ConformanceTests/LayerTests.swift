import BenchmarkKit
import Broker
import Testing

@testable import brokerlab

/// The layers of each transport that are timed by themselves do their whole work there, without a socket.
struct LayerTests {
    private let entry = LogEntry(
        name: "bench", data: String(repeating: "x", count: 10_240),
        stamp: RunStamp(run: "r", sequence: 7, sentAt: 1_795_424_523_000_000_000))

    @Test("engines joined memory to memory carry every entry", arguments: TransportRegistry.tested, [1, 64])
    func engines(_ transport: TransportDescriptor, _ inFlight: Int) throws {
        let work = try TransportLayers.work(transport, entry, inFlight: inFlight)
        // It throws unless each was recorded and acknowledged. AMQP's halves speak to RabbitMQ, not to each other.
        #expect((work.engines == nil) == (transport.companion != nil))
        try work.engines?(1000)
    }

    @Test("every codec but the floor's, which is its protocol, is timed alone", arguments: TransportRegistry.tested)
    func codecs(_ transport: TransportDescriptor) throws {
        let work = try TransportLayers.work(transport, entry, inFlight: 1)
        #expect((work.codec == nil) == (transport.name == "tcp"))
        try work.codec?(100)
    }
}
