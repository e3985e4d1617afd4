import Foundation
import Testing

@testable import BenchmarkResults

@Suite("What a message's CPU time goes to")
struct DecompositionTests {
    private let suite = BenchmarkResults.Suite(
        name: "s", transports: ["grpc", "amqp"], payloadBytes: [100], inFlight: [1])

    private func cost(_ transport: String, _ layer: LayerCost.Layer, _ nanoseconds: [Double]) -> [LayerCost] {
        nanoseconds.enumerated().map { round, time in
            LayerCost(
                transport: transport, payloadBytes: 100, inFlight: 1, layer: layer, round: round + 1, nanoseconds: time)
        }
    }

    private var inner: [LayerCost] {
        cost("grpc", .codec, [260, 240, 250]) + cost("grpc", .engines, [1250, 9000, 1200])
            + cost("amqp", .codec, [400]) + cost("amqp", .loadGenerator, [155, 150, 160])
    }

    @Test("a layer is what is measured with it less what is measured without, by medians")
    func differences() throws {
        let rows = Summary(suite: suite, floor: "tcp").rows(of: [
            .sample(transport: "grpc"), .sample(transport: "amqp"),
        ])
        let all = rows.compactMap { Decomposition($0, inner: inner) }
        // The sample's processes use 3.25, 4.5 and 120 us a message.
        #expect(
            Decomposition.file(all).split(separator: "\r\n").dropFirst() == [
                "grpc,100,1,1,,codec,250,250,grpc,off", "grpc,100,1,1,,engines,1000,1250,grpc,off",
                "grpc,100,1,1,,loopback,6500,7750,grpc,off",
                "grpc,100,1,1,,message_broker,120000,127750,grpc,off", "amqp,100,1,1,,codec,400,400,amqp,off",
                "amqp,100,1,1,,load_generator,155,555,amqp,off", "amqp,100,1,1,,loopback,7195,7750,amqp,off",
                "amqp,100,1,1,,message_broker,120000,127750,amqp,off",
            ])
        #expect(Decomposition(rows[0], inner: cost("tcp", .engines, [1]))?.layers.count == nil)
    }

    @Test("timings that are read again are those that were written")
    func readAgain() throws {
        let path = NSTemporaryDirectory() + "brokerlab-layers-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try ResultsFile.replace(path, with: LayerCost.file(inner))
        #expect(try LayerCost.read(path) == inner)
        #expect(try LayerCost.read("/nowhere") == [])
    }
}
