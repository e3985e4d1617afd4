import Broker
import EngineTestKit
import GRPCTestKit
import HTTP2TestKit
import NIOCore
import Testing
import TransportIO

@testable import GRPCTransport

/// Calls of all four kinds between the two engines, memory to memory.
@Suite struct CallTests {
    /// What a server of the test offers; the first byte of a message says what is to be done.
    private static var service: GRPCService {
        GRPCService("test.Service", methods)
    }

    private static var methods: [String: GRPCMethod] {
        [
            "Unary": .unary { (message, call) throws(GRPCStatus) in
                let bytes = message.withUnsafeBytes { Array($0) }
                if bytes.first == 255 { throw GRPCStatus(.notFound, "nichts gefunden: 100% ü") }
                if let value = call.metadata["echo"] { try call.initialMetadata.add("echo", value) }
                if let value = call.metadata[binary: "echo-bin"] {
                    try call.trailingMetadata.add(binary: "echo-bin", value)
                }
                return bytes.reversed()
            },
            "Sum": .clientStreaming(
                { 0 }, { (sum: inout Int, message, _) in sum += message.byteCount },
                { (sum, _) in Array(String(sum).utf8) }),
            "Count": .serverStreaming { (message, _) in
                let size = message.byteCount
                var number: UInt8 = 0
                return {
                    number += 1
                    return number > 100 ? nil : [UInt8](repeating: number, count: size)
                }
            },
            "Echo": .bidirectional { EchoHandler() },
        ]
    }

    /// Sends back what comes; "wait" makes it wait for a second first.
    private final class EchoHandler: ServerCallHandler {
        func received(_ message: RawSpan, on call: ServerCall) {
            let bytes = message.withUnsafeBytes { Array($0) }
            guard bytes == Array("wait".utf8) else { return call.send(bytes) }
            call.after(.seconds(1)) { [unowned call] in call.send(bytes) }
        }

        func receivedEnd(on call: ServerCall) {
            call.finish(.ok)
        }
    }

    private final class Observer: ClientCallObserver {
        var isReading = true
        var metadata: Metadata?
        var messages: [[UInt8]] = []
        var end: CallEnd?

        func received(_ initialMetadata: Metadata) { metadata = initialMetadata }
        func received(_ message: RawSpan, wasCompressed: Bool) {
            messages.append(message.withUnsafeBytes { Array($0) })
        }
        func ended(_ end: CallEnd) { self.end = end }
    }

    private func open(
        _ method: String, on pair: EnginePair<CallEngine, GRPCServerEngine>, _ options: CallOptions = CallOptions()
    ) throws -> (OutgoingCall, Observer) {
        let observer = Observer()
        let call = try pair.client.openCall("/test.Service/\(method)", options, observer: observer).get()
        return (call, observer)
    }

    private func pair(limits: EntryLimits = EntryLimits()) throws -> EnginePair<CallEngine, GRPCServerEngine> {
        let pair = EnginePair(
            CallEngine(authority: "logger:50001"), GRPCServerEngine(limits: limits, services: [Self.service]))
        try pair.exchange()
        return pair
    }

    @Test(arguments: [1, 3, 50, .max]) func unary(step: Int) throws {
        let pair = try pair()
        var options = CallOptions()
        try options.metadata.add("echo", "text")
        try options.metadata.add(binary: "echo-bin", [0, 255, 1])
        let (call, observer) = try open("Unary", on: pair, options)
        call.send([1, 2, 3])
        call.sendEnd()
        try pair.exchange(step: step)
        #expect(observer.messages == [[3, 2, 1]])
        #expect(observer.metadata?["echo"] == "text")
        #expect(observer.end?.status == .ok)
        #expect(observer.end?.trailingMetadata[binary: "echo-bin"] == [0, 255, 1])
        #expect(pair.server.isIdle && pair.client.calls.count == 0)
    }

    @Test func aStatusComesWithItsMessage() throws {
        let pair = try pair()
        let (call, observer) = try open("Unary", on: pair)
        call.send([255])
        call.sendEnd()
        try pair.exchange()
        #expect(observer.end?.status == GRPCStatus(.notFound, "nichts gefunden: 100% ü"))
    }

    @Test(arguments: [1, 50, .max]) func clientStreaming(step: Int) throws {
        let pair = try pair()
        let (call, observer) = try open("Sum", on: pair)
        for size in 0..<20 { call.send([UInt8](repeating: 7, count: size)) }
        try pair.exchange(step: step)
        #expect(observer.end == nil)
        call.sendEnd()
        try pair.exchange(step: step)
        #expect(observer.messages == [Array("190".utf8)])
        #expect(observer.end?.status == .ok)
    }

    @Test(arguments: [1, 10_000]) func serverStreaming(size: Int) throws {
        let pair = try pair()
        let (call, observer) = try open("Count", on: pair)
        call.send([UInt8](repeating: 0, count: size))
        call.sendEnd()
        try pair.exchange(step: 30_000)
        #expect(observer.messages == (1...100).map { [UInt8](repeating: $0, count: size) })
        #expect(observer.end?.status == .ok)
    }

    @Test(arguments: [10, 30_000, 300_000]) func bidirectional(size: Int) throws {
        let pair = try pair()
        let (call, observer) = try open("Echo", on: pair)
        for number in 1...4 as ClosedRange<UInt8> {
            call.send([UInt8](repeating: number, count: size))
            try pair.exchange()
            #expect(observer.messages.count == Int(number))
        }
        call.sendEnd()
        try pair.exchange()
        #expect(observer.messages == (1...4).map { [UInt8](repeating: $0, count: size) })
        #expect(observer.end?.status == .ok)
    }

    @Test func aSlowReaderStopsTheSender() throws {
        let pair = try pair()
        let (call, observer) = try open("Count", on: pair)
        observer.isReading = false
        call.send([UInt8](repeating: 0, count: 100_000))
        call.sendEnd()
        try pair.exchange()
        // A window of 1 MiB, of 10 MB that there are.
        #expect(observer.messages.count < 64)
        observer.isReading = true
        call.resumeReading()
        try pair.exchange()
        #expect(observer.messages.count == 100)
        #expect(observer.end?.status == .ok)
    }

    @Test func cancellationReachesTheOtherSide() throws {
        let pair = try pair()
        let (call, observer) = try open("Echo", on: pair)
        call.send([1])
        try pair.exchange()
        #expect(!pair.server.isIdle)
        call.cancel()
        try pair.exchange()
        #expect(observer.end?.status.code == .cancelled)
        #expect(pair.server.isIdle && pair.client.calls.count == 0)
    }

    @Test func deadlinesAreKeptOnBothSides() throws {
        let pair = try pair()
        let options = CallOptions(timeout: .milliseconds(500))
        let (call, observer) = try open("Echo", on: pair, options)
        call.send(Array("wait".utf8))
        try pair.exchange()
        #expect(observer.end == nil)
        // The server alone: its clock is the same, but the client is not asked.
        try pair.advanceServer(by: .milliseconds(600))
        #expect(pair.server.isIdle)
        #expect(ReadFrames(pair.fromServer).stream(1).contains { $0.kind == RawFrames.Kind.headers && $0.endsStream })
        pair.fromServer.clear()
        try pair.advance(by: .zero)
        #expect(observer.end?.status.code == .deadlineExceeded)
        #expect(pair.client.calls.count == 0)
    }

    @Test func aTimerOfTheHandlerRuns() throws {
        let pair = try pair()
        let (call, observer) = try open("Echo", on: pair)
        call.send(Array("wait".utf8))
        try pair.exchange()
        #expect(observer.messages.isEmpty)
        try pair.advance(by: .milliseconds(1001))
        #expect(observer.messages == [Array("wait".utf8)])
    }

    /// The contract's unary call keeps its deadline too, when the entry's fate comes too late.
    @Test func aLateFateIsADeadlineExceeded() throws {
        var server = ServerRulesTests.Server()
        server.recorder.result = .later
        let clock = ManualClock()
        server.engine.attach(to: clock.loop {})
        var frames = RawFrames.client()
        frames.addHeaders(1, RawFrames.requestFields + [("grpc-timeout", "100m")], endStream: false)
        frames.addData(1, RawFrames.message(ServerRulesTests.entry), endStream: true)
        try server.receive(frames.bytes)
        #expect(server.answer(to: 1) == nil)
        clock.now = clock.now + .milliseconds(101)
        let intake = EntryIntake(recorder: server.recorder, makeReply: { _ in EntryReply { _ in } })
        try server.engine.proceed(into: &server.said, intake: intake)
        #expect(server.answer(to: 1)?.fields["grpc-status"] == "4")
        #expect(server.engine.isIdle)
    }

    @Test func compressedMessagesAreBounded() throws {
        let pair = try pair(limits: EntryLimits(maxEntryBytes: 100_000))
        let (call, observer) = try open("Echo", on: pair, CallOptions(usesGzip: true))
        call.send([UInt8](repeating: 0, count: 90_000), compressed: true)
        try pair.exchange()
        #expect(observer.messages == [[UInt8](repeating: 0, count: 90_000)])
        call.send([UInt8](repeating: 0, count: 10_000_000), compressed: true)
        try pair.exchange()
        #expect(observer.end?.status.code == .resourceExhausted)
    }

    @Test func unknownMethodsAndServicesAreUnimplemented() throws {
        let pair = try pair()
        let (_, observer) = try open("Nope", on: pair)
        try pair.exchange()
        #expect(observer.end?.status == GRPCStatus(.unimplemented, "unknown service in the path /test.Service/Nope"))
    }

    @Test func aThousandCallsAreOpenAtOnce() throws {
        let pair = try pair()
        let calls = try (0..<1000).map { _ in try open("Echo", on: pair) }
        for (number, (call, _)) in calls.enumerated() { call.send(Array("\(number)".utf8)) }
        try pair.exchange(step: 10_000)
        #expect(calls.enumerated().allSatisfy { $1.1.messages == [Array("\($0)".utf8)] })
        for (call, _) in calls { call.sendEnd() }
        try pair.exchange()
        #expect(calls.allSatisfy { $0.1.end?.status == .ok })
        #expect(pair.server.isIdle && pair.client.calls.count == 0)
    }
}
