import Broker
import EngineTestKit
import NIOCore
import Testing

@testable import HTTPTransport

@Suite struct RequestTests {
    @Test(arguments: RequestCase.corpus)
    func corpus(request: RequestCase) throws {
        var engine = HTTPServerEngine.sample()
        let outcome = engine.feed(request.bytes)
        let answers = try #require(Answer.parse(outcome.said))
        #expect(answers.map(\.status) == request.statuses)
        #expect(outcome.isFinished == request.closes)
        #expect(outcome.entries == Array(repeating: LogEntry(name: "a", data: "b"), count: request.entries))
        #expect(outcome.error == nil)
        // Who ends a connection says so (RFC 9112, 9.6).
        #expect((answers.last?.fields["connection"] == "close") == request.closes)
        for answer in answers where answer.status >= 400 {
            #expect(answer.body == #"{"error":true,"message":"\#(answer.message)"}"# && !answer.message.isEmpty)
        }
    }

    /// What the pieces are that a request comes in makes no difference.
    @Test(arguments: RequestCase.corpus)
    func inPieces(request: RequestCase) throws {
        var engine = HTTPServerEngine.sample()
        let whole = engine.feed(request.bytes)
        for step in [1, 2, 3, 17, 1_000] {
            // An endless head byte by byte teaches nothing new, and takes long.
            if step < 100 && request.bytes.count > 5_000 { continue }
            var engine = HTTPServerEngine.sample()
            let pieces = engine.feed(request.bytes, step: step)
            #expect(Answer.parse(pieces.said) == Answer.parse(whole.said), "pieces of \(step)")
            #expect(pieces.entries == whole.entries && pieces.isFinished == whole.isFinished)
            #expect(pieces.isIdle == whole.isIdle && pieces.undecodable == whole.undecodable)
        }
    }

    /// Requests and the whole answer.
    @Test(arguments: [
        (
            Sample.post(),
            Answer(
                status: 202, fields: ["content-type": "application/json", "content-length": "34"],
                body: #"{"error":false,"message":"logged"}"#)
        ),
        (
            Sample.get("/echo?limit=5"),
            Answer(status: 200, fields: ["content-type": "text/plain", "content-length": "11"], body: "GET limit=5")
        ),
        (
            Sample.get("/log"),
            Answer(
                status: 405, fields: ["content-type": "application/json", "content-length": "42", "allow": "POST"],
                body: #"{"error":true,"message":"/log takes POST"}"#)
        ),
        (
            Sample.get("/x\"y"),
            Answer(
                status: 404, fields: ["content-type": "application/json", "content-length": "69"],
                body: #"{"error":true,"message":"there is no /x\"y; entries go to POST /log"}"#)
        ),
    ])
    func answers(request: String, answer: Answer) {
        var engine = HTTPServerEngine.sample()
        #expect(Answer.parse(engine.feed(Array(request.utf8)).said) == [answer])
    }

    /// RFC 9112, 9.3: a client of HTTP/1.0 knows from the answer only that the connection goes on.
    @Test(
        "A connection that HTTP/1.0 asks to keep is said to be kept",
        arguments: [
            "POST /log HTTP/1.0\r\nConnection: Keep-Alive\r\nContent-Length: 23\r\n\r\n\(Sample.body)",
            "GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
            "GET /nowhere HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        ])
    func announcesKeptConnections(request: String) throws {
        var engine = HTTPServerEngine.sample()
        let outcome = engine.feed(Array((request + request).utf8))
        let answers = try #require(Answer.parse(outcome.said))
        #expect(answers.count == 2 && answers.allSatisfy { $0.fields["connection"] == "keep-alive" })
        #expect(!outcome.isFinished)
        var out = ByteBuffer()
        engine.drain(into: &out)
        #expect(Answer.parse(engine.feed(Array(request.utf8)).said)?.first?.fields["connection"] == "close")
    }

    @Test("Also where the entry's fate comes later")
    func announcesKeptConnectionsLater() throws {
        var engine = HTTPServerEngine.sample()
        let request = "POST /log HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 23\r\n\r\n\(Sample.body)"
        #expect(engine.feed(Array(request.utf8), result: .later).said.isEmpty)
        var out = ByteBuffer()
        engine.complete(0, .recorded, into: &out)
        let answer = Answer.parse(Array(out.readableBytesView))?.first
        #expect(answer?.status == 202 && answer?.fields["connection"] == "keep-alive")
    }

    @Test("HTTP/1.1 is told nothing, whatever it says")
    func announcesNothingNeedless() throws {
        var engine = HTTPServerEngine.sample()
        let request = Sample.post("Connection: keep-alive\r\n")
        #expect(Answer.parse(engine.feed(Array(request.utf8)).said)?.first?.fields["connection"] == nil)
    }

    @Test func headHasNoBody() throws {
        var engine = HTTPServerEngine.sample()
        let heads = ["/echo?q", "/log", "/nowhere"].map { Sample.get($0).replacing("GET", with: "HEAD") }.joined()
        let answers = try #require(Answer.parse(engine.feed(Array(heads.utf8)).said, bodiless: [0, 1, 2]))
        #expect(answers.map(\.status) == [200, 405, 404])
        // As GET would say it (RFC 9110, 9.3.2).
        #expect(answers[0].fields["content-length"] == "5")
    }

    @Test func rejectedEntries() throws {
        var logger = HTTPServerEngine.sample()
        let toLogger = logger.feed(Array(Sample.post().utf8), result: .rejected("it is \"full\"\n"))
        #expect(Answer.parse(toLogger.said)?.map(\.status) == [422])
        #expect(Answer.parse(toLogger.said)?.first?.body == #"{"error":true,"message":"it is \"full\"\n"}"#)

        var broker = HTTPServerEngine.sample(action: true)
        let action = #"{"action":"log","log":{"name":"a","data":"b"}}"#
        let request = Sample.post(body: action).replacing("/log", with: "/handle")
        let toBroker = broker.feed(
            Array((request + request.replacing("log\",", with: "lag\",")).utf8), result: .rejected("no"))
        #expect(Answer.parse(toBroker.said)?.map(\.status) == [502, 400])
        #expect(toBroker.entries == [LogEntry(name: "a", data: "b")])
    }

    @Test func allFieldsOfAnEntry() {
        var engine = HTTPServerEngine.sample()
        let body = #"{"name":"é","data":"\n","severity":"ERROR","run":"r","seq":7,"sent_at":-8,"more":{}}"#
        let stamp = RunStamp(run: "r", sequence: 7, sentAt: -8)
        #expect(
            engine.feed(Array(Sample.post(body: body).utf8)).entries
                == [LogEntry(name: "é", data: "\n", severity: .error, stamp: stamp)])
    }

    @Test func damageNeverTraps() {
        var random = SeededGenerator(seed: 3)
        let requests = RequestCase.corpus.map(\.bytes).filter { !$0.isEmpty && $0.count < 1_000 }
        for _ in 0..<3_000 {
            let request = random.damaged(requests.randomElement(using: &random) ?? [])
            let step = [1, 9, 2_000].randomElement(using: &random) ?? 1
            var engine = HTTPServerEngine.sample()
            let outcome = engine.feed(request, step: step)
            #expect(Answer.parse(outcome.said) != nil || request.starts(with: Array("HEAD".utf8)))
        }
        for _ in 0..<1_000 {
            var engine = HTTPServerEngine.sample()
            _ = engine.feed(random.noise(upTo: 300), step: 50)
        }
    }
}
