import BenchmarkKit
import Broker
import EntryCodecs
import NIOCore
import TransportIO

/// What of a transport can be timed without a socket.
enum TransportLayers {
    /// The work of the codec and of the engines.
    static func work(_ descriptor: TransportDescriptor, _ entry: LogEntry, inFlight: Int) throws -> LayerWork {
        LayerWork(
            codec: EntryCodec.allCases.first { $0.name == descriptor.codec }.map { codecWork($0, entry) },
            engines: try enginesWork(descriptor, entry, inFlight))
    }

    private static func codecWork(_ codec: EntryCodec, _ entry: LogEntry) -> (Int) throws -> Void {
        let encoder = EntryEncoder(codec, limits: EntryLimits())
        var decoder = EntryDecoder(limits: EntryLimits())
        var body = ByteBuffer()
        return { times in
            for _ in 0..<times {
                body.clear()
                try encoder.encode(entry, into: &body) { _, _ in }
                let byteCount = try decoder.decode(body.readableBytesSpan, as: codec) { $0.data.byteCount }
                guard byteCount == entry.data.utf8.count else { throw Misread() }
            }
        }
    }

    private static func enginesWork(
        _ descriptor: TransportDescriptor, _ entry: LogEntry, _ inFlight: Int
    ) throws -> ((Int) throws -> Void)? {
        // Nobody listens there: the engines have no socket.
        let target = descriptor.defaultTarget
        let client = try descriptor.makeClient(ClientOptions(target: target, maxInFlight: inFlight))
        let server = try descriptor.makeServer(ServerOptions(target: target))
        guard let engines = try JoinedEngines(client, server) else { return nil }
        return { times in
            let before = engines.recorded
            try engines.carry(entry, times: times, inFlight: inFlight)
            guard engines.recorded - before == UInt64(times) else { throw Misread() }
        }
    }

    private struct Misread: Error, CustomStringConvertible {
        var description: String { "what was read is not what was written" }
    }
}
