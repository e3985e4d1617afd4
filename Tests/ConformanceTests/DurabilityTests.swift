import Broker
@testable import BenchmarkResults
import Foundation
import Testing

@testable import brokerlab

/// What acknowledgements are worth: declared once, and shown in README.
@Suite("What an acknowledgement is worth")
struct DurabilityTests {
    @Test("README says of every transport what is declared")
    func readme() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../README.md")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
        for descriptor in TransportRegistry.all {
            let durability = descriptor.durability
            let row = try #require(lines.first { $0.hasPrefix("| \(durability.meaning) | ") }, "\(descriptor.selector)")
            let outcomes = Durability.Failure.allCases.map(durability.outcome).joined(separator: " | ")
            #expect(row.hasSuffix(" | \(outcomes) |"))
            let names = descriptor.name == "amqp" ? descriptor.selector : descriptor.name
            #expect(row.contains("`\(names)`"), "\(descriptor.selector)")
        }
    }

    @Test("every transport has its place among the colours of all reports")
    func colours() {
        for selector in TransportRegistry.selectors { #expect(Palette.fixed.contains(selector), "\(selector)") }
    }

    @Test("RabbitMQ's disk, its memory and no confirm are three things")
    func variants() throws {
        func durability(_ selector: String) throws -> Durability {
            try TransportRegistry.transport(named: selector).durability
        }
        #expect(try durability("amqp") == .queueDisk && durability("amqp:quorum") == .queueDisk)
        #expect(try durability("amqp:transient") == .queueMemory)
        #expect(try durability("amqp:unconfirmed") == .nothing)
        #expect(try durability("grpc:stream") == .loggerMemory)
    }
}
