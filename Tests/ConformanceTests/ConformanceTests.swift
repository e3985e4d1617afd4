import Metrics
import Broker
import Foundation
import LoggerService
import RabbitMQScope
import Testing

@testable import brokerlab

/// What every transport of the registry has to do, whatever its protocol.
@Suite(.rabbitMQ, .serialized)
struct ConformanceTests {
    @Test("an entry arrives as it was sent", arguments: Route.all)
    func roundTrip(_ route: Route) async throws {
        try await TestLogger.run(route) { logger in
            let entry = LogEntry(name: "login", data: "user 7", severity: .warning)
            let acknowledgement = try await send([entry], to: logger)
            #expect(acknowledgement == [route.transport.acknowledgement])
            let entries = try await logger.entries(awaiting: 1)
            let expected = TestEntry(
                name: "login", data: "user 7", severity: "WARNING", transport: route.transport.name)
            #expect(entries == [expected])
        }
    }

    @Test("texts of any kind arrive unchanged", arguments: Route.all)
    func texts(_ route: Route) async throws {
        let texts = [
            "", " ", "日本語 – ünïcödé – 🦊🏽", "\"quoted\\\" /slashes\\", "line\r\nbreak\ttab\u{0}nul\u{1F}",
            "\u{2028}\u{FFFF}",
            String(repeating: "x", count: 4096), String(repeating: "é\n", count: 3000),
        ]
        try await TestLogger.run(route) { logger in
            try await send(texts.map { LogEntry(name: $0, data: $0) }, to: logger)
            let entries = try await logger.entries(awaiting: texts.count)
            #expect(Set(entries.map(\.data)) == Set(texts))
            #expect(entries.allSatisfy { $0.name == $0.data })
        }
    }

    @Test("10,000 entries with 64 in flight are all accounted for", arguments: Route.all)
    func accounting(_ route: Route) async throws {
        try await TestLogger.run(route) { logger in
            let tally = try await load(10_000, inFlight: 64, run: "account", on: logger)
            #expect(tally == Tally(acknowledged: 10_000))
            let report = try await logger.report(run: "account", awaiting: 10_000)
            #expect(report.received == 10_000)
            #expect(report.unique == 10_000)
            #expect(report.duplicated == 0)
            #expect(report.corrupt == 0)
            let latency = try #require(report.deliveryLatency)
            #expect(latency.count == 10_000)
            #expect(latency.p50Us > 0 && latency.maxUs < 60e6)
        }
    }

    @Test(
        "what several connections bring to one loop or to four is one account",
        arguments: TransportRegistry.tested.filter { $0.companion == nil }, [1, 4])
    func loops(_ transport: TransportDescriptor, _ loops: Int) async throws {
        let ledger = Ledger(storeBytes: 16 << 20, loops: loops)
        try await TestLogger.run(transport, ledger: ledger, loops: loops) { logger in
            try await withThrowingTaskGroup { group in
                // Each sends the same numbers.
                for _ in 0..<4 {
                    group.addTask { try await load(300, inFlight: 8, run: "loops", on: logger) }
                }
                for try await tally in group { #expect(tally == Tally(acknowledged: 300)) }
            }
            let report = try await logger.report(run: "loops", awaiting: 300)
            #expect(report.received == 1200 && report.unique == 300 && report.duplicated == 900 && report.corrupt == 0)
            #expect(report.deliveryLatency?.count == 1200)
            #expect(try await logger.entries(awaiting: 1200).count == 1200)
        }
    }

    @Test("an entry of 1 MiB arrives whole, also several at once", arguments: Route.all)
    func largeEntry(_ route: Route) async throws {
        try await TestLogger.run(route, storeBytes: 64 << 20) { logger in
            let data = String(repeating: "0123456789abcdef", count: 65_536)
            let entries = (0..<8).map { LogEntry(name: "large \($0)", data: data) }
            try await send(entries, to: logger, inFlight: 4)
            let received = try await logger.entries(awaiting: entries.count)
            #expect(Set(received.map(\.name)) == Set(entries.map(\.name)))
            #expect(received.allSatisfy { $0.data == data })
        }
    }

    @Test(
        "an entry beyond the limit is refused with the limit's name, and the next one is sent",
        arguments: Route.all)
    func oversize(_ route: Route) async throws {
        let limits = EntryLimits(maxEntryBytes: 1000)
        try await TestLogger.run(route, limits: limits) { logger in
            let tooLarge = LogEntry(name: "big", data: String(repeating: "x", count: 1001))
            let failure = await #expect(throws: TransportError.self) {
                try await send([tooLarge], to: logger, limits: limits)
            }
            #expect(failure?.fate == .notSent)
            #expect(failure?.message.contains("limit of 1000 bytes") == true)
            let largest = LogEntry(name: "fits", data: String(repeating: "x", count: 996))
            try await send([largest], to: logger, limits: limits)
            #expect(try await logger.entries(awaiting: 1).map(\.name) == ["fits"])
        }
    }

    @Test("a sender that ignores the logger's limit is refused and does no harm", arguments: Route.all)
    func oversizeAtTheLogger(_ route: Route) async throws {
        try await TestLogger.run(route, limits: EntryLimits(maxEntryBytes: 1000)) { logger in
            let tooLarge = LogEntry(name: "big", data: String(repeating: "x", count: 100_000))
            if !route.transport.acknowledgement.isGivenByLogger {
                // The message broker takes it; the logger throws it away.
                try await send([tooLarge], to: logger)
            } else {
                await #expect(throws: TransportError.self) { try await send([tooLarge], to: logger) }
            }
            try await send([LogEntry(name: "fits", data: "x")], to: logger)
            #expect(try await logger.entries(awaiting: 1).map(\.name) == ["fits"])
        }
    }

    @Test("sends never leave the connection's thread", arguments: Route.all)
    func noThreadHop(_ route: Route) async throws {
        try await TestLogger.run(route) { logger in
            let threads = try await threadsUsed(by: logger.client(), entries: 200, inFlight: 8)
            #expect(threads.count == 1)
        }
    }

    @Test(
        "what comes while a connection spins is read at once",
        arguments: Route.all.filter(\.transport.acknowledgement.isGivenByLogger))
    func spinning(_ route: Route) async throws {
        try await TestLogger.run(route) { logger in
            // One after the other: if sockets were looked after only every 10 ms, there would be 41 at most, at any try. Beside
            // other work there may be no more where the way is long.
            var sends = 0
            for _ in 1...10 where sends <= 50 {
                sends = try await sendsWhileSpinning(over: logger.client(), milliseconds: 400)
            }
            #expect(sends > 50)
        }
    }
}
