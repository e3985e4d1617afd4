import Broker
import CRabbitMQ
import EngineTestKit
import NIOCore
import Testing

@testable import AMQPTransport

/// What is asked of RabbitMQ while a connection is set up, byte by byte: nothing that RabbitMQ 4 refuses.
///
/// From 4.0 on there are no mirrored classic queues; 4.3 refuses queues that are neither durable nor exclusive, `global` of
/// basic.qos, and the arguments x-queue-mode, x-queue-version and x-queue-master-locator (its release notes, "Breaking Changes").
@Suite struct DeclarationTests {
    private static let modes: [PublishMode] = [
        .standard, .quorum, .reply, .transient, .cluster, .quorumCluster, .acknowledgedInBatches, .unconfirmed,
        .acknowledgedInLargeBatches, .fewAhead, .manyAhead,
    ]

    /// The arguments that are used, all of which 3.8 to 4.3 know.
    private static let known: Set<String> = [
        "x-queue-type", "x-quorum-initial-group-size", "x-expires", "x-dead-letter-exchange",
        "x-dead-letter-routing-key", "x-max-length",
    ]

    /// The methods of a setup, in order.
    private func sent(_ steps: [SetupStep]) throws -> [SentFrame] {
        var out = ByteBuffer()
        for step in steps { step.write(into: &out, channel: 1) }
        return try SentFrame.all(in: out)
    }

    /// The bits and the argument names of a queue.declare (AMQP 0-9-1, 1.7.2.1): two bytes for the ticket, the name, the bits
    /// passive, durable, exclusive, auto-delete and no-wait, and a table.
    private func declaration(_ frame: SentFrame) throws -> (bits: UInt8, arguments: Set<String>) {
        var rest = frame.payload.dropFirst(6)
        let length = Int(try #require(rest.first))
        rest = rest.dropFirst(1 + length)
        let bits = try #require(rest.first)
        rest = rest.dropFirst(5)
        var names: Set<String> = []
        while let length = rest.popFirst() {
            names.insert(String(decoding: rest.prefix(Int(length)), as: UTF8.self))
            rest = rest.dropFirst(Int(length))
            switch rest.popFirst() {
            case UInt8(ascii: "I"): rest = rest.dropFirst(4)
            case UInt8(ascii: "S"):
                let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
                rest = rest.dropFirst(4 + length)
            case let type: Issue.record("an argument of the type \(String(describing: type))")
            }
        }
        return (bits, names)
    }

    @Test(arguments: modes, [false, true]) func queues(_ mode: PublishMode, isTemporary: Bool) throws {
        let frames = try sent(mode.queue("q", isTemporary: isTemporary).setup)
        let declarations = frames.filter { $0.method == AMQP_QUEUE_DECLARE_METHOD }
        #expect(declarations.count == (isTemporary ? 1 : 2))
        for frame in declarations {
            let (bits, arguments) = try declaration(frame)
            #expect(bits & 0b10 != 0 && bits & 0b100 == 0, "durable, and not exclusive")
            #expect(arguments.isSubset(of: Self.known))
            // A quorum queue cannot be deleted with its last consumer.
            #expect(bits & 0b1000 == 0 || !arguments.contains("x-queue-type"))
        }
    }

    /// The one that says which version of classic queues it is, which RabbitMQ 4 has no more.
    @Test func classicQueuesOfVersion1() throws {
        for isTemporary in [false, true] {
            let frames = try sent(PublishMode.classicVersion1.queue("q", isTemporary: isTemporary).setup)
            let declarations = try frames.filter { $0.method == AMQP_QUEUE_DECLARE_METHOD }.map(declaration)
            #expect(declarations.count(where: { $0.arguments.contains("x-queue-version") }) == 1)
            #expect(declarations.allSatisfy { $0.arguments.isSubset(of: Self.known.union(["x-queue-version"])) })
        }
    }

    @Test func prefetchIsThatOfAConsumer() throws {
        let frame = try #require(try sent([.limitPrefetch(256)]).first)
        // The size, the count and `global`.
        #expect(frame.method == AMQP_BASIC_QOS_METHOD && Array(frame.payload.dropFirst(4)) == [0, 0, 0, 0, 1, 0, 0])
    }

    @Test func exchangesAreDurable() throws {
        let frame = try #require(try sent([.declareExchange("e")]).first)
        let expected: [UInt8] = [0, 0, 1, 0x65, 5] + Array("topic".utf8) + [0b10, 0, 0, 0, 0]
        #expect(Array(frame.payload.dropFirst(4)) == expected)
    }
}
