import Broker
import Foundation
import LoggerService
import MachineTestKit
import RabbitMQScope
import Testing

@testable import brokerlab

/// What every transport of the registry does when its peer stops, is away, or is something else.
@Suite(.rabbitMQ, .serialized)
struct FaultTests {
    @Test(
        "a logger that was stopped and started again gets entries again, on the same connection",
        arguments: TransportRegistry.tested)
    func restart(_ transport: TransportDescriptor) async throws {
        let ledger = Ledger(storeBytes: 1 << 20)
        let (target, queue) = try await TestLogger.run(transport, ledger: ledger) { ($0.target, $0.queue) }
        var options = ClientOptions(target: target, maxInFlight: 4)
        options.own = transport.settings(queue: queue, of: .broker)
        let client = try transport.makeClient(options)
        let states = AsyncStream.makeStream(of: Bool.self)
        try await withThrowingTaskGroup { group in
            let (starts, start) = AsyncStream.makeStream(of: Void.self)
            let (stops, stop) = AsyncStream.makeStream(of: Void.self)
            group.addTask {
                for await _ in starts {
                    try await TestLogger.run(transport, ledger: ledger, at: target, queue: queue) { _ in
                        states.continuation.yield(true)
                        for await _ in stops { break }
                    }
                    states.continuation.yield(false)
                }
            }
            var state = states.stream.makeAsyncIterator()
            start.yield()
            _ = await state.next()
            try await sendAcrossRestart(client, transport) { phase in
                (phase == .stop ? stop : start).yield()
                var state = states.stream.makeAsyncIterator()
                _ = await state.next()
            }
            start.finish()
            stop.yield()
            try await group.waitForAll()
        }
        let logger = TestLogger(transport: transport, ledger: ledger, target: target, queue: queue)
        let names = try await logger.entries(awaiting: 2).map(\.name)
        #expect(names.contains("before") && names.contains("after"))
    }

    @Test(
        "a graceful stop answers what is under way: what was acknowledged was recorded",
        arguments: TransportRegistry.tested)
    func gracefulStop(_ transport: TransportDescriptor) async throws {
        let ledger = Ledger(storeBytes: 1 << 20)
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let (hints, hint) = AsyncStream.makeStream(of: TestLogger.self)
        try await withThrowingTaskGroup(of: Tally?.self) { group in
            group.addTask {
                try await TestLogger.run(transport, ledger: ledger) { logger in
                    hint.yield(logger)
                    for await _ in started { break }
                }
                return nil
            }
            var iterator = hints.makeAsyncIterator()
            let logger = try #require(await iterator.next())
            // A logger's load is to last beyond the stop; RabbitMQ's goes on without a logger, however long it is.
            let count = transport.acknowledgement.isGivenByLogger ? 50_000 : 5_000
            group.addTask {
                try await load(count, inFlight: 64, run: "stop", on: logger, stopAtFailure: true) { acknowledged in
                    if acknowledged == 500 { start.yield() }
                }
            }
            var tally = Tally()
            for try await result in group { tally = result ?? tally }
            let report = try await logger.report(run: "stop", awaiting: 1)
            #expect(tally.acknowledged >= 500)
            if !transport.acknowledgement.isGivenByLogger {
                #expect(report.unique <= UInt64(tally.acknowledged + tally.failed))
            } else {
                #expect(report.unique >= UInt64(tally.acknowledged))
                #expect(tally.failed > 0, "the load ended before the stop")
            }
            #expect(report.corrupt == 0)
        }
    }

    @Test("a peer that sends garbage loses its connection and disturbs nobody", arguments: TransportRegistry.tested)
    func garbageToTheLogger(_ transport: TransportDescriptor) async throws {
        // The logger's half of amqp listens nowhere; what RabbitMQ could send it is tested with its engine.
        guard transport.name != "amqp" else { return }
        try await TestLogger.run(transport) { logger in
            for garbage in Garbage.all {
                // Until it ends the connection, or has been silent for a moment.
                let socket = try RawSocket(to: Endpoint(parsing: logger.target), patience: .milliseconds(300))
                await socket.say(garbage)
                _ = try? await socket.hearAll()
            }
            try await send([LogEntry(name: "still here", data: "")], to: logger)
            #expect(try await logger.entries(awaiting: 1).map(\.name) == ["still here"])
        }
    }

    @Test("a peer that answers with garbage is an error, not a hang", arguments: TransportRegistry.tested)
    func garbageToTheBroker(_ transport: TransportDescriptor) async throws {
        for garbage in Garbage.all {
            try await RawListener.run(answering: garbage) { endpoint in
                let target = transport.name == "amqp" ? "amqp://guest:guest@\(endpoint)" : "\(endpoint)"
                let options = ClientOptions(target: target, connectTimeout: .seconds(3), answerTimeout: .seconds(2))
                let failure = await #expect(throws: TransportError.self) {
                    try await send([LogEntry(name: "a", data: "b")], over: try transport.makeClient(options))
                }
                // One piece of garbage is an answer in HTTP/1.1, and is taken as one there.
                let isAnswer = transport.mode.hasPrefix("http1") && garbage.starts(with: Array("HTTP/1.1".utf8))
                #expect((failure?.fate == .rejected) == isAnswer)
                #expect(isAnswer || failure?.message.contains(endpoint.description) == true)
            }
        }
    }

    @Test(
        "where the logger does not know what became of an entry, its sender does not, either",
        arguments: TransportRegistry.tested.filter { $0.companion == nil })
    func unknownFate(_ transport: TransportDescriptor) async throws {
        try await TestLogger.run(transport, recorder: UnsureRecorder()) { logger in
            let failure = await #expect(throws: TransportError.self) {
                try await send([LogEntry(name: "a", data: "b")], to: logger)
            }
            #expect(failure?.fate == .unknown)
        }
    }

    /// A logger's store that is lost while it commits.
    private struct UnsureRecorder: EntryRecorder {
        func record(_ entry: borrowing ReceivedEntry, reply: () -> EntryReply) -> RecordResult {
            reply()(.unknown("the store was lost"))
            return .later
        }

        func countUndecodable() {}
    }

    @Test("a closed port is one clear line, and nothing was sent", arguments: TransportRegistry.tested)
    func closedPort(_ transport: TransportDescriptor) async throws {
        let port = try ReservedPort()
        let target = transport.name == "amqp" ? "amqp://guest:guest@\(port.address)" : port.address
        let failure = await #expect(throws: TransportError.self) {
            let client = try transport.makeClient(ClientOptions(target: target))
            try await send([LogEntry(name: "a", data: "b")], over: client)
        }
        #expect(failure?.fate == .notSent)
        #expect(failure?.message.contains("\(port.address): connection refused. Start it") == true)
    }

    @Test("a peer that never answers is given up after the timeout", arguments: TransportRegistry.tested)
    func silence(_ transport: TransportDescriptor) async throws {
        try await RawListener.run(answering: nil) { endpoint in
            let target = transport.name == "amqp" ? "amqp://guest:guest@\(endpoint)" : "\(endpoint)"
            let options = ClientOptions(target: target, connectTimeout: .seconds(1), answerTimeout: .seconds(1))
            let failure = await #expect(throws: TransportError.self) {
                try await send([LogEntry(name: "a", data: "b")], over: try transport.makeClient(options))
            }
            // Where the protocol starts with a handshake, the entry was never sent.
            let hasHandshake = ["amqp", "grpc"].contains(transport.name) || transport.mode == "http2"
            #expect(failure?.fate == (hasHandshake ? .notSent : .unknown))
        }
    }
}
