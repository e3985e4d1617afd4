import Broker
import EngineTestKit
import EntryJSON
import NIOCore
import Testing
import TransportIO

@testable import HTTPTransport

@Suite struct ResponseTests {
    private static func engine() throws -> HTTPClientEngine {
        HTTPClientEngine(
            target: try HTTPTarget(parsing: "http://h:8080/log"), limits: EntryLimits(), takesAnySuccess: true)
    }

    @Test(.timeLimit(.minutes(1)), arguments: ResponseCase.corpus)
    func corpus(response: ResponseCase) throws {
        for step in [1, 2, 3, 17, 1_000_000] {
            // A long answer byte by byte teaches nothing new, and takes long.
            if step < 100 && response.bytes.count > 10_000 { continue }
            var engine = try Self.engine()
            let outcome = engine.feed(response.bytes, sends: 1, step: step, thenEnd: response.needsEnd)
            switch response.outcome {
            case .acknowledged: #expect(outcome == ClientOutcome(fates: [Fate(ticket: 0)]))
            case .rejected(let message): #expect(outcome == ClientOutcome(fates: [.rejected(0, message)]))
            case .open: #expect(outcome == ClientOutcome())
            case .broken:
                #expect(outcome.fates == [])
                #expect(outcome.error?.description.hasPrefix("the answer is not HTTP/1.1: ") == true)
            }
            #expect(engine.isRetired != response.keepAlive, "pieces of \(step)")
        }
    }

    /// Without its end, an answer that goes on until the end says nothing yet.
    @Test(arguments: ResponseCase.corpus.filter { $0.needsEnd })
    func untilTheEnd(response: ResponseCase) throws {
        var engine = try Self.engine()
        #expect(engine.feed(response.bytes, sends: 1) == ClientOutcome())
    }

    /// An answer cut short by the end of the stream is no answer.
    @Test(arguments: ResponseCase.corpus.filter { $0.outcome == .open })
    func cutShort(response: ResponseCase) throws {
        var engine = try Self.engine()
        #expect(engine.feed(response.bytes, sends: 1, thenEnd: true).fates == [])
    }

    /// A body, and the reason that it gives.
    @Test(arguments: [
        ("", ""), ("why?", "why?"), (#"{"error":true,"message":"it is \"full\""}"#, #"it is "full""#),
        (#"{"message":1}"#, #"{"message":1}"#), (#"{"message":"a"#, #"{"message":"a"#), ("[1]", "[1]"),
        ("<p>\r\n no\t</p>", "<p> no </p>"),
        (#"{"x":{"message":"a"},"message":"b\nc"}"#, "b c"),
        (String(repeating: "x", count: 300), String(repeating: "x", count: 200)),
    ])
    func reasons(body: String, reason: String) {
        #expect(JSONEnvelope.message(in: Array(body.utf8)) == reason)
    }

    @Test func moreThanWasAskedFor() throws {
        let answer = Array("HTTP/1.1 202 OK\r\nContent-Length: 0\r\n\r\n".utf8)
        for step in [1, 1_000] {
            var engine = try Self.engine()
            let outcome = engine.feed(answer + answer, sends: 1, step: step)
            #expect(outcome.fates == [Fate(ticket: 0)])
            #expect(outcome.error == ProtocolError("an answer came that no request asked for"))
        }
    }

    /// A server that sends nothing but interim answers must not use up the stack.
    @Test func manyInterimAnswers() throws {
        var engine = try Self.engine()
        let interim = String(repeating: "HTTP/1.1 102 P\r\n\r\n", count: 30_000)
        let outcome = engine.feed(Array((interim + "HTTP/1.1 202 OK\r\nContent-Length: 0\r\n\r\n").utf8), sends: 1)
        #expect(outcome == ClientOutcome(fates: [Fate(ticket: 0)]))
    }

    @Test(.timeLimit(.minutes(1))) func damageNeverTraps() throws {
        var random = SeededGenerator(seed: 4)
        let answers = ResponseCase.corpus.map(\.bytes).filter { !$0.isEmpty && $0.count < 1_000 }
        for _ in 0..<2_000 {
            let step = [1, 9, 2_000].randomElement(using: &random) ?? 1
            var engine = try Self.engine()
            let damaged = engine.feed(
                random.damaged(answers.randomElement(using: &random) ?? []), sends: 1, step: step, thenEnd: true)
            #expect(damaged.fates.count <= 1)
            var other = try Self.engine()
            _ = other.feed(random.noise(upTo: 100), sends: 1, step: step, thenEnd: true)
        }
    }
}
