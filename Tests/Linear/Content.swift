import Broker
import NIOCore
import TransportIO

/// A kind of content that a peer may send, of any length, and the engine that reads it.
struct Content: Sendable {
    /// The protocol, then what there is much of.
    var name: String
    /// The shorter of the two lengths that are compared, in bytes.
    var length: Int
    /// How many bytes arrive at a time: all of them, or as many as that.
    var steps: [Int]
    /// Makes the reading of a content of about that length.
    var reading: @Sendable (_ length: Int, _ step: Int) throws -> any Reading

    /// Every kind.
    static let all: [Content] = json + http + http2 + gRPC + netRPC + amqp + tcp + answers
}

/// Content that the logger's half of a transport reads.
extension Content {
    /// What was said, and what the engine is to make of it.
    struct Said {
        var bytes: [UInt8]
        /// How many entries there are in it.
        var entries = 1
        /// How many messages that are none.
        var undecodable = 0
    }

    /// - Parameters:
    ///   - opening: what the peer says first, which is not measured.
    ///   - say: makes what is read.
    init(
        _ name: String, length: Int = 128 * 1024, steps: [Int] = [.max, 1024],
        to server: @escaping @Sendable () throws -> any ServerTransport, opening: [UInt8] = [],
        _ say: @escaping @Sendable (_ length: Int) -> Said
    ) {
        self.init(name: name, length: length, steps: steps) { length, step in
            let transport = try server()
            guard
                let engine = (transport as? SocketServerTransport)?.makeEngine()
                    ?? (transport as? DialedServerTransport)?.makeEngine({})
            else { throw NoEngine() }
            return ServerReading(engine, opening: opening, say(length), step: step)
        }
    }
}

/// A transport that hides its engine.
struct NoEngine: Error {}

/// The bytes so often.
func repeated(_ part: [UInt8], _ count: Int) -> [UInt8] {
    Array(repeatElement(part, count: count).joined())
}
