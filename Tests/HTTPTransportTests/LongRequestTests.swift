import Broker
import EngineTestKit
import NIOCore
import Testing
import TransportIO

@testable import HTTPTransport

/// How much of a request is read at once on the event loop.
@Suite struct LongRequestTests {
    private func mostAtOnce(_ fields: String, _ body: String = "") -> Int {
        var engine = PrefaceServerEngine(configuration: HTTPServerConfiguration())
        let outcome = engine.feed(Array("POST /log HTTP/1.1\r\nHost: h\r\n\(fields)\r\n\r\n\(body)".utf8))
        #expect(outcome.error == nil && outcome.said.isEmpty)
        return engine.mostAtOnce
    }

    @Test func jsonByItsLength() {
        #expect(mostAtOnce("Content-Length: 3000000") == LongTurn.mostOnLoop)
    }

    /// What the engine keeps is read again with what comes.
    @Test func chunksThatHaveCome() {
        let part = String(repeating: "x", count: 0x3E8)
        #expect(mostAtOnce("Transfer-Encoding: chunked", "3E8\r\n\(part)\r\n") == LongTurn.mostOnLoop - 0x3E8)
    }

    /// Foundation takes up to fifty times as long.
    @Test(arguments: ["Content-Length: 3000000", "Transfer-Encoding: chunked"]) func foundation(length: String) {
        let most = mostAtOnce("Content-Type: application/json; coder=foundation\r\n\(length)")
        #expect(most <= 64 * 1024)
    }
}
