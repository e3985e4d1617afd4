import Metrics
import Foundation
import LoggerService
import Synchronization
import Testing

@testable import BenchmarkKit
@testable import BenchmarkResults

@Suite("The logger's control API")
struct ControlClientTests {
    @Test("requests are those of the API, on one kept connection")
    func requests() async throws {
        let requests = Mutex<[String]>([])
        let report = #"""
            {"run":"r1","received":12,"unique":10,"duplicated":2,"reordered":1,"corrupt":0,
             "first_received_at_ns":5,"last_received_at_ns":9,
             "delivery_latency":{"count":10,"p50_us":1,"p90_us":2,"p99_us":3.5,"p999_us":4,"max_us":5,"mean_us":2}}
            """#
        let server = try ControlServer { method, path in
            requests.withLock { $0.append("\(method) \(path)") }
            return method == "PUT" ? (201, "{}") : (200, report)
        }
        defer { server.stop() }
        let client = try ControlClient(target: server.target)
        defer { client.close() }
        try await client.announce(run: "r1", sealed: true)
        for _ in 0..<20 {
            let report = try await client.report(run: "r1")
            #expect(report.received == 12)
            #expect(report.unique == 10)
            #expect(report.deliveryLatency?.p99Us == 3.5)
        }
        #expect(requests.withLock { $0.prefix(2) } == ["PUT /runs/r1?sealed=true", "GET /runs/r1"])
        #expect(server.connectionCount.withLock { $0 } == 1)
    }

    @Test("a run that the logger has not heard of has received nothing")
    func unknownRun() async throws {
        let server = try ControlServer { _, _ in (404, "{}") }
        defer { server.stop() }
        let client = try ControlClient(target: server.target)
        defer { client.close() }
        let report = try await client.report(run: "r1")
        #expect(report == RunReport(run: "r1"))
    }

    @Test(
        "failures are one clear line",
        arguments: [
            (500, "{}", "with status 500"), (200, "no", "is not a run report"),
            (
                200,
                #"{"run":"r1","received":1,"unique":1,"duplicated":0,"reordered":0,"untracked":18446744073709551615}"#,
                "counts more entries than there can be"
            ),
        ])
    func failures(status: Int, body: String, message: String) async throws {
        let server = try ControlServer { _, _ in (status, body) }
        defer { server.stop() }
        let client = try ControlClient(target: server.target)
        defer { client.close() }
        let error = try await #require(throws: BenchmarkError.self) { try await client.report(run: "r1") }
        #expect(error.description.hasSuffix(message))
        #expect(error.description.contains("/runs/r1"))
    }

    @Test("a logger that has gone is told as such")
    func gone() async throws {
        let server = try ControlServer { _, _ in (200, "") }
        server.stop()
        let client = try ControlClient(target: server.target)
        defer { client.close() }
        let error = try await #require(throws: BenchmarkError.self) { try await client.report(run: "r1") }
        #expect(error.description.hasPrefix("the logger does not answer GET http://\(server.target)/runs/r1: "))
    }

    @Test("a cancellation ends the wait, also in the moment of the answer", .timeLimit(.minutes(1)))
    func cancelled() async throws {
        let (arrivals, sink) = AsyncStream.makeStream(of: Void.self)
        let server = try ControlServer { _, _ in
            sink.yield()
            return (404, "{}")
        }
        defer { server.stop() }
        // Its one connection is kept, and answers at once: what is raced with is the answer's way to who waits.
        let client = try ControlClient(target: server.target)
        defer { client.close() }
        var arrival = arrivals.makeAsyncIterator()
        for round in 0..<400 {
            let request = Task { @concurrent in try await client.report(run: "r1") }
            await arrival.next()
            for _ in 0..<round % 40 { await Task.yield() }
            request.cancel()
            // Whatever came first: it is over.
            _ = await request.result
        }
    }

    @Test("a cancellation does not wait for a logger that is silent", .timeLimit(.minutes(1)))
    func silent() async throws {
        let (arrivals, sink) = AsyncStream.makeStream(of: Void.self)
        let isEnded = DispatchSemaphore(value: 0)
        let server = try ControlServer { _, _ in
            sink.yield()
            isEnded.wait()
            return (404, "{}")
        }
        defer {
            isEnded.signal()
            server.stop()
        }
        let client = try ControlClient(target: server.target)
        defer { client.close() }
        let request = Task { @concurrent in try await client.report(run: "r1") }
        for await _ in arrivals { break }
        request.cancel()
        await #expect(throws: CancellationError.self) { try await request.value }
        // Before it has begun, too.
        let late = Task { @concurrent in
            withUnsafeCurrentTask { $0?.cancel() }
            return try await client.report(run: "r1")
        }
        await #expect(throws: CancellationError.self) { try await late.value }
    }

    @Test("an address that is none is refused")
    func badTarget() throws {
        #expect(throws: BenchmarkError.self) { try ControlClient(target: "amqp://x") }
    }
}
