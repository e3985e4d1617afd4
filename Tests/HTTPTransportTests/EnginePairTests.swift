import Broker
import EngineTestKit
import NIOCore
import Testing
import TransportIO

@testable import HTTPTransport

/// Both engines joined memory to memory.
@Suite struct EnginePairTests {
    private func pair(
        _ result: RecordResult = .recorded, maxEntryBytes: Int = 1_000
    ) throws -> EnginePair<HTTPClientEngine, HTTPServerEngine> {
        EnginePair(
            HTTPClientEngine(target: try HTTPTarget(parsing: "h:8080"), limits: EntryLimits()),
            HTTPServerEngine.sample(maxEntryBytes: maxEntryBytes), recorder: RecordingRecorder(result: result))
    }

    private static let entries: [LogEntry] = [
        LogEntry(name: "login", data: "user 7"), LogEntry(name: "", data: ""),
        LogEntry(name: "größe\n", data: "\"\\\0🙂", severity: .warning),
        LogEntry(name: "n", data: "d", severity: .error, stamp: RunStamp(run: "r", sequence: .max, sentAt: .min)),
    ]

    @Test func request() throws {
        let pair = try pair()
        #expect(try pair.roundTrip(Self.entries[0], ticket: 5) == [Fate(ticket: 5)])
        #expect(
            String(decoding: pair.toServer, as: UTF8.self)
                == "POST /log HTTP/1.1\r\nhost: h:8080\r\nuser-agent: broker-lab\r\ncontent-type: application/json\r\n"
                + "content-length: 32\r\n\r\n{\"name\":\"login\",\"data\":\"user 7\"}")
    }

    /// A target `/handle` is a broker's, and its requests are actions.
    @Test(arguments: [1, 7, 1_000_000])
    func actions(step: Int) throws {
        let configuration = HTTPServerConfiguration(entryPath: "/handle", entryBody: .action)
        let pair = EnginePair(
            HTTPClientEngine(target: try HTTPTarget(parsing: "http://h:8000/handle?a=b"), limits: EntryLimits()),
            HTTPServerEngine(configuration: configuration), recorder: RecordingRecorder(result: .recorded))
        for entry in Self.entries { #expect(try pair.roundTrip(entry, step: step) == [Fate(ticket: 0)]) }
        #expect(pair.recorder.entries == Self.entries)
        let sent = String(decoding: pair.toServer, as: UTF8.self)
        #expect(sent.hasPrefix("POST /handle?a=b HTTP/1.1\r\n"))
        #expect(
            sent.contains(
                "\r\ncontent-length: 55\r\n\r\n{\"action\":\"log\",\"log\":{\"name\":\"login\",\"data\":\"user 7\"}}"))
    }

    /// What a broker takes is JSON alone.
    @Test func actionsAreJSON() throws {
        for descriptor in HTTP.descriptors {
            let options = ClientOptions(target: "http://h:8000/handle")
            if descriptor.codec == "json" {
                _ = try descriptor.makeClient(options)
            } else {
                #expect(throws: TransportError.self) { try descriptor.makeClient(options) }
            }
        }
    }

    @Test(arguments: [1, 2, 3, 7, 64, 1_000_000])
    func everySplitGivesTheSame(step: Int) throws {
        let pair = try pair()
        for entry in Self.entries { #expect(try pair.roundTrip(entry, step: step) == [Fate(ticket: 0)]) }
        #expect(pair.recorder.entries == Self.entries)
        #expect(pair.server.isIdle && !pair.client.isRetired)
    }

    @Test func everyBoundary() throws {
        let pair = try pair()
        for entry in Self.entries { _ = try pair.roundTrip(entry) }
        let whole = Answer.parse(pair.toClient)
        for boundary in 1..<pair.toServer.count {
            var server = HTTPServerEngine.sample(maxEntryBytes: 1_000)
            let outcome = server.feed(pair.toServer, step: boundary)
            #expect(outcome.entries == Self.entries && Answer.parse(outcome.said) == whole && outcome.isIdle)
        }
    }

    @Test func unavailable() throws {
        let pair = try pair(.unavailable("the disk is full"))
        #expect(try pair.roundTrip(Self.entries[1]) == [Fate.rejected(0, "HTTP 503: the disk is full")])
    }

    @Test func rejections() throws {
        let pair = try pair(.rejected("no"), maxEntryBytes: 10)
        let rejected = Fate.rejected(0, "HTTP 422: no")
        #expect(try pair.roundTrip(Self.entries[1]) == [rejected])
        let fates = try pair.roundTrip(LogEntry(name: "", data: "12345678901"), ticket: 1)
        #expect(fates.first?.failure?.fate == .rejected)
        #expect(fates.first?.failure?.message.hasPrefix("HTTP 413: ") == true)
        #expect(pair.recorder.undecodable == 1)

        var client = HTTPClientEngine(
            target: try HTTPTarget(parsing: "h:8080"), limits: EntryLimits(maxEntryBytes: 3))
        var out = ByteBuffer()
        #expect(throws: TransportError.self) {
            try client.send(LogEntry(name: "ab", data: "cd"), ticket: 0, into: &out)
        }
        #expect(out.readableBytes == 0)
    }

    /// Requests behind one whose result comes later wait for it.
    @Test(arguments: [1, 50, 1_000_000])
    func laterResults(step: Int) throws {
        let recorder = RecordingRecorder(result: .later)
        var asked: [UInt64] = []
        let intake = Intake(recorder) { asked.append($0) }
        var engine = HTTPServerEngine.sample()
        var (input, out) = (ByteBuffer(), ByteBuffer())
        let requests =
            Sample.post() + Sample.get("/echo") + Sample.post() + Sample.post("Connection: close\r\n") + Sample.post()
        var source = ByteBuffer(string: requests)
        while let part = source.readSlice(length: min(step, source.readableBytes)), part.readableBytes > 0 {
            input.writeImmutableBuffer(part)
            try engine.receive(&input, into: &out, intake: intake.intake)
        }
        #expect(asked == [0] && out.readableBytes == 0 && !engine.isIdle)

        // A stray result changes nothing.
        engine.complete(7, .recorded, into: &out)
        #expect(out.readableBytes == 0)

        engine.complete(0, .rejected("no"), into: &out)
        repeat { try engine.receive(&input, into: &out, intake: intake.intake) } while engine.isPaused
        #expect(asked == [0, 1])
        engine.complete(1, .recorded, into: &out)
        try engine.receive(&input, into: &out, intake: intake.intake)
        #expect(asked == [0, 1, 2] && !engine.isFinished)
        engine.complete(2, .recorded, into: &out)
        try engine.receive(&input, into: &out, intake: intake.intake)
        #expect(Answer.parse(Array(out.readableBytesView))?.map(\.status) == [422, 200, 202, 202])
        #expect(engine.isFinished && engine.isIdle && recorder.entries.count == 3)
    }

    /// Entries like the one before are taken while its fate is open; their answers keep the order.
    @Test func laterResultsOfManyAlike() throws {
        let recorder = RecordingRecorder { $0.name == "now" ? .recorded : .later }
        var asked: [UInt64] = []
        let intake = Intake(recorder) { asked.append($0) }
        var engine = HTTPServerEngine.sample()
        func post(_ name: String) -> String { Sample.post(body: #"{"name":"\#(name)","data":""}"#) }
        let long = #"{"name":"\#(String(repeating: "n", count: 101))","data":""}"#
        let requests = [
            post("a"), post("b"), post("now"), Sample.post(body: "{}x"), Sample.post(body: long), post("c"),
            Sample.get("/echo"), post("d"),
        ]
        var (input, out) = (ByteBuffer(string: requests.joined()), ByteBuffer())
        try engine.receive(&input, into: &out, intake: intake.intake)
        #expect(asked == [0, 1, 5] && out.readableBytes == 0 && !engine.isIdle && !engine.isAmidMessage)
        #expect(recorder.entries.map(\.name) == ["a", "b", "now", "c"] && recorder.undecodable == 2)

        engine.complete(1, .unavailable("full"), into: &out)
        engine.complete(6, .recorded, into: &out)
        #expect(out.readableBytes == 0)
        engine.complete(0, .recorded, into: &out)
        #expect(Answer.parse(Array(out.readableBytesView))?.map(\.status) == [202, 503, 202, 400, 413])
        // What is no entry waits for all of them.
        try engine.receive(&input, into: &out, intake: intake.intake)
        #expect(asked.count == 3 && input.readableBytes > 0)
        engine.complete(5, .recorded, into: &out)
        repeat { try engine.receive(&input, into: &out, intake: intake.intake) } while engine.isPaused
        #expect(asked == [0, 1, 5, 6])
        engine.complete(6, .recorded, into: &out)
        #expect(Answer.parse(Array(out.readableBytesView))?.map(\.status) == [202, 503, 202, 400, 413, 202, 200, 202])
        #expect(engine.isIdle)
    }

    /// How many are taken so is bounded.
    @Test func laterResultsAreBounded() throws {
        var asked: [UInt64] = []
        let intake = Intake(RecordingRecorder(result: .later)) { asked.append($0) }
        var engine = HTTPServerEngine.sample()
        var (input, out) = (ByteBuffer(string: String(repeating: Sample.post(), count: 300)), ByteBuffer())
        try engine.receive(&input, into: &out, intake: intake.intake)
        #expect(asked == Array(0..<128) && input.readableBytes == 172 * Sample.post().utf8.count)
        engine.complete(0, .recorded, into: &out)
        try engine.receive(&input, into: &out, intake: intake.intake)
        #expect(asked == Array(0..<129))
        for ticket: UInt64 in 1..<300 {
            engine.complete(ticket, .recorded, into: &out)
            try engine.receive(&input, into: &out, intake: intake.intake)
        }
        #expect(Answer.parse(Array(out.readableBytesView))?.count == 300 && engine.isIdle)
    }

    /// A body that is too long is refused when it is its turn.
    @Test func laterResultsBeforeAFault() throws {
        let intake = Intake(RecordingRecorder(result: .later)) { _ in }
        var engine = HTTPServerEngine.sample()
        let long = Sample.post(length: "Content-Length: 999999999\r\n")
        var (input, out) = (ByteBuffer(string: Sample.post() + long), ByteBuffer())
        try engine.receive(&input, into: &out, intake: intake.intake)
        #expect(out.readableBytes == 0)
        engine.complete(0, .recorded, into: &out)
        try engine.receive(&input, into: &out, intake: intake.intake)
        #expect(Answer.parse(Array(out.readableBytesView))?.map(\.status) == [202, 413] && engine.isFinished)
    }

    /// A stop: all that was taken is answered, and only the last answer says that the connection ends.
    @Test func drainBehindMany() throws {
        var asked = 0
        let intake = Intake(RecordingRecorder(result: .later)) { _ in asked += 1 }
        var engine = HTTPServerEngine.sample()
        var (input, out) = (ByteBuffer(string: String(repeating: Sample.post(), count: 3)), ByteBuffer())
        try engine.receive(&input, into: &out, intake: intake.intake)
        engine.drain(into: &out)
        input.writeString(Sample.post())
        try engine.receive(&input, into: &out, intake: intake.intake)
        #expect(asked == 3)
        for ticket: UInt64 in 0..<3 { engine.complete(ticket, .recorded, into: &out) }
        let answers = try #require(Answer.parse(Array(out.readableBytesView)))
        #expect(answers.map { $0.fields["connection"] } == [nil, nil, "close"] && engine.isFinished)
    }

    /// A stop: the answer to what is under way says that the connection ends.
    @Test func drain() throws {
        let pair = try pair(.later)
        try pair.send(Self.entries[0], ticket: 0)
        try pair.exchange()
        var out = ByteBuffer()
        pair.server.drain(into: &out)
        #expect(out.readableBytes == 0 && !pair.server.isIdle)
        try pair.complete(0, .recorded)
        try pair.exchange()
        #expect(pair.takeFates() == [Fate(ticket: 0)])
        #expect(pair.client.isRetired && pair.server.isFinished)
    }

    /// A request that has begun is under way until it is all there; given up, it is answered with 408.
    @Test func slowRequests() throws {
        var engine = HTTPServerEngine.sample()
        #expect(!engine.isAmidMessage)
        _ = engine.feed(Array(Sample.post().utf8))
        #expect(!engine.isAmidMessage)
        for start in ["P", "POST /log", "POST /log HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n{"] {
            var engine = HTTPServerEngine.sample()
            _ = engine.feed(Array(start.utf8))
            #expect(engine.isAmidMessage)
            var out = ByteBuffer()
            engine.end(.tooSlow(seconds: 20), into: &out)
            let answers = try #require(Answer.parse(Array(out.readableBytesView)))
            #expect(answers.map(\.status) == [408] && answers[0].message.contains("within 20 s"))
            #expect(engine.isFinished && !engine.isAmidMessage)
        }

        var waiting = HTTPServerEngine.sample()
        _ = waiting.feed(Array(Sample.post().utf8), result: .later)
        #expect(!waiting.isAmidMessage)
    }

    /// A head that is known from before arrives in pieces, and another one behind it: nothing of the first is left in the second.
    @Test(arguments: [1, 5, 16, 40]) func headsInPieces(step: Int) {
        func request(_ fields: String, _ name: String) -> String {
            let body = #"{"name":"\#(name)","data":"d"}"#
            return "POST /log HTTP/1.1\r\nHost: h\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        }
        let text = request("", "a") + request("", "b") + request("X: y\r\nZ: 1\r\n", "c") + request("", "d")
        var server = HTTPServerEngine.sample(maxEntryBytes: 1_000)
        let outcome = server.feed(Array(text.utf8), step: step)
        #expect(outcome.entries.map(\.name) == ["a", "b", "c", "d"] && outcome.isIdle)
        #expect(Answer.parse(outcome.said)?.count == 4)
    }
}
