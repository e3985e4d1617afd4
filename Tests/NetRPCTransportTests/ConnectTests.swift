import Broker
import EngineTestKit
import NIOCore
import Testing
import TransportIO

@testable import NetRPCTransport

/// net/rpc over HTTP CONNECT, as `rpc.DialHTTP` and `rpc.HandleHTTP` do it.
@Suite struct ConnectTests {
    private static let request = "CONNECT /_goRPC_ HTTP/1.0\n\n"
    private static let answer = "HTTP/1.0 200 Connected to Go RPC\n\n"
    private static let entry = LogEntry(name: "login", data: "user 7")

    private func pair() -> EnginePair<NetRPCClientEngine, NetRPCServerEngine> {
        EnginePair(
            NetRPCClientEngine(capacity: 8, limits: EntryLimits(), path: "/_goRPC_"),
            NetRPCServerEngine(limits: EntryLimits()))
    }

    @Test func entriesGoBehindTheHead() throws {
        let pair = pair()
        #expect(!pair.client.isReady)
        try pair.exchange()
        #expect(pair.client.isReady)
        #expect(pair.toServer == Array(Self.request.utf8) && pair.toClient == Array(Self.answer.utf8))
        #expect(try pair.roundTrip(Self.entry) == [Fate(ticket: 0)])
        #expect(pair.recorder.entries == [Self.entry] && pair.server.isIdle)
    }

    @Test func everyBoundary() throws {
        let pair = pair()
        try pair.exchange()
        _ = try pair.roundTrip(Self.entry)
        let matter = pair.splitsThatMatter(
            [Self.entry], client: { NetRPCClientEngine(capacity: 8, limits: EntryLimits(), path: "/_goRPC_") },
            server: { NetRPCServerEngine(limits: EntryLimits()) })
        #expect(matter == ([], []))
    }

    @Test(arguments: [
        ("CONNECT /_goRPC_ HTTP/1.1\r\nHost: h\r\nX: y\r\n\r\n", "HTTP/1.0 200 Connected to Go RPC\n\n", false),
        ("GET /_goRPC_ HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.0 405 Method Not Allowed\r\n", true),
        ("CONNECT /other HTTP/1.0\n\n", "HTTP/1.0 404 Not Found\r\n", true),
        ("CONNECT HTTP/1.0\n\n", "HTTP/1.0 400 Bad Request\r\n", true),
        ("CONNECT /_goRPC_ RPC/1.0\n\n", "HTTP/1.0 400 Bad Request\r\n", true),
        ("CONNECT /_goRPC_ HTTP/1.0\n", "", false),
        ("C", "", false),
    ])
    func requests(_ request: String, _ answer: String, _ isFinished: Bool) {
        for step in [1, 1_000] {
            var server = NetRPCServerEngine(limits: EntryLimits())
            let outcome = server.feed(Array(request.utf8), step: step)
            #expect(String(decoding: outcome.said, as: UTF8.self).hasPrefix(answer), "\(request)")
            #expect(outcome.said.isEmpty == answer.isEmpty && outcome.isFinished == isFinished, "\(request)")
            #expect(outcome.error == nil)
        }
    }

    @Test func aHeadWithoutEnd() {
        var server = NetRPCServerEngine(limits: EntryLimits())
        let endless = "CONNECT /_goRPC_ HTTP/1.0\n" + String(repeating: "x: y\n", count: 4_000)
        #expect(server.feed(Array(endless.utf8)).error?.description.contains("8192 bytes") == true)
    }

    @Test(arguments: [
        ("HTTP/1.1 404 Not Found\r\n\r\n", "404 Not Found"),
        ("HTTP/1.1 200 OK\r\n\r\n", "200 OK"),
        ("SSH-2.0-OpenSSH\r\n", "no HTTP answer"),
    ])
    func refusals(_ answer: String, _ why: String) throws {
        for step in [1, 1_000] {
            var client = NetRPCClientEngine(capacity: 8, limits: EntryLimits(), path: "/_goRPC_")
            let error = try #require(client.feed(Array(answer.utf8), sends: 0, step: step).error)
            #expect(error.description.contains(why) && error.description.contains("CONNECT /_goRPC_"))
        }
    }
}
