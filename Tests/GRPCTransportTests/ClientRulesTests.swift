import Broker
import EngineTestKit
import HTTP2
import HTTP2TestKit
import NIOCore
import Testing

@testable import GRPCTransport
@testable import TransportIO

/// What the client makes of answers; the server is made of bytes.
@Suite struct ClientRulesTests {
    /// A client engine and what it says.
    struct Client {
        let engine = ClientConnection(authority: "x", maxInFlight: 1024, limits: EntryLimits())
        var said = ByteBuffer()
        var completions = Completions()

        /// A client that has heard the server's SETTINGS and sent one entry for each ticket.
        init(tickets: Int = 1, data: String = "d") throws {
            engine.open(into: &said)
            try receive(RawFrames.server().bytes)
            for ticket in 0..<tickets {
                try engine.send(LogEntry(name: "n", data: data), ticket: ticket, into: &said)
            }
        }

        mutating func receive(_ bytes: ByteBuffer) throws {
            var bytes = bytes
            try engine.receive(&bytes, into: &said, completions: &completions)
        }

        mutating func receive(_ fill: (inout RawFrames) -> Void) throws {
            var frames = RawFrames()
            fill(&frames)
            try receive(frames.bytes)
        }

        var failures: [TransportError?] { completions.list.map(\.failure) }
    }

    static let initial = [(":status", "200"), ("content-type", "application/grpc")]
    static let logged = RawFrames.message([0x0A, 1, 0x6C])

    @Test func whatTheClientSays() throws {
        let client = try Client()
        var said = client.said
        #expect(said.readBytes(length: 24) == RawFrames.preface)
        let request = ReadFrames(said).stream(1)
        #expect(request.map(\.kind) == [RawFrames.Kind.headers, RawFrames.Kind.data])
        #expect(
            request[0].fields == [
                ":method": "POST", ":scheme": "http", ":path": "/logs.LogService/WriteLog", ":authority": "x",
                "te": "trailers", "content-type": "application/grpc", "user-agent": "broker-lab",
            ])
        #expect(request[1].payload == RawFrames.message(ServerRulesTests.entry))
        #expect(request[1].endsStream)
    }

    /// RFC 9113 4.2 and 6.5.2: 16 KiB unless the server says otherwise.
    @Test(
        arguments: [
            ([], [16_384, 16_384, 16_384, 848]), ([(5, 40_000)], [40_000, 10_000]), ([(5, 1 << 24 - 1)], [50_000]),
        ] as [([(UInt16, UInt32)], [Int])])
    func framesAreAsLargeAsTheServerTakes(settings: [(UInt16, UInt32)], sizes: [Int]) throws {
        var client = try Client(tickets: 0)
        try client.receive(RawFrames.server(settings).bytes)
        client.said.clear()
        // The message's prefix, three tags with lengths, and the name have 16 bytes.
        let entry = LogEntry(name: "n", data: String(repeating: "d", count: 50_000 - 16))
        try client.engine.send(entry, ticket: 0, into: &client.said)
        #expect(Self.sizesOfData(client.said) == sizes)
    }

    @Test func noFrameIsLargerThan128KiB() throws {
        let pair = GRPCPair()
        try pair.exchange()
        let entry = LogEntry(name: "n", data: String(repeating: "d", count: 300_000 - 16))
        try pair.client.send(entry, ticket: 0, into: &pair.fromClient)
        #expect(Self.sizesOfData(pair.fromClient) == [131_072, 131_072, 37_856])
    }

    private static func sizesOfData(_ said: ByteBuffer) -> [Int] {
        ReadFrames(said).stream(1).filter { $0.kind == RawFrames.Kind.data }.map(\.payload.count)
    }

    @Test func messageAndTrailersAcknowledge() throws {
        var client = try Client()
        try client.receive {
            $0.addHeaders(1, Self.initial, endStream: false)
            $0.addData(1, Array(Self.logged.prefix(3)), endStream: false)
        }
        #expect(client.failures.isEmpty)
        try client.receive { $0.addData(1, Array(Self.logged.dropFirst(3)), endStream: false) }
        try client.receive { $0.addHeaders(1, [("grpc-status", "0")], endStream: true) }
        #expect(client.failures == [nil])
    }

    @Test(arguments: [
        ([("grpc-status", "3"), ("grpc-message", "bad %C3%BC%zz")], "INVALID_ARGUMENT (gRPC status 3): bad ü%zz"),
        ([("grpc-status", "14")], "UNAVAILABLE (gRPC status 14)"),
        ([("grpc-status", "99")], "a status that gRPC does not define (gRPC status 99)"),
        ([("grpc-status", "x")], "UNKNOWN (gRPC status 2)"),
    ])
    func aStatusRejects(fields: [(String, String)], message: String) throws {
        var client = try Client()
        try client.receive { $0.addHeaders(1, Self.initial + fields, endStream: true) }
        #expect(client.failures == [TransportError(.rejected, message)])
    }

    @Test(arguments: [
        ([(":status", "404")], TransportError.Fate.rejected, "HTTP status 404"),
        ([(":status", "502"), ("content-type", "text/html")], .unknown, "HTTP status 502"),
        ([(":status", "200"), ("content-type", "text/html")], .unknown, "content-type text/html"),
        ([(":status", "200"), ("content-type", "application/grpc")], .unknown, "without a gRPC status"),
        ([(":status", "200"), ("content-type", "application/grpc"), ("grpc-status", "0")], .unknown, "missing"),
    ])
    func whatIsNoGRPCAnswerIsNamed(
        fields: [(String, String)], fate: TransportError.Fate, part: String
    ) throws {
        var client = try Client()
        try client.receive { $0.addHeaders(1, fields, endStream: true) }
        #expect(client.failures.first??.fate == fate)
        #expect(client.failures.first??.message.contains(part) == true)
    }

    /// A web page is told of as one, whatever its first byte would mean in gRPC.
    @Test(arguments: ["<html>", "{\"a\":1}", "\0\0\0\0\u{1}x"]) func aPageIsNoMessage(page: String) throws {
        var client = try Client()
        try client.receive {
            $0.addHeaders(1, [(":status", "200"), ("content-type", "text/html")], endStream: false)
            $0.addData(1, Array(page.utf8), endStream: true)
        }
        #expect(
            client.failures == [
                TransportError(
                    .unknown,
                    "the peer answered with HTTP status 200 and content-type text/html; is it a gRPC server?")
            ])
    }

    @Test func theBodyOfAnotherKindOfAnswerIsNoMessage() throws {
        var client = try Client()
        try client.receive {
            $0.addHeaders(1, [(":status", "415"), ("content-type", "application/json")], endStream: false)
            $0.addData(1, Array("{}".utf8), endStream: false)
            $0.addData(1, Array("{{{{{{{{".utf8), endStream: true)
        }
        #expect(client.failures.first??.fate == .rejected)
        #expect(client.failures.first??.message.contains("HTTP status 415") == true)
    }

    @Test(
        arguments: [
            [0, 0, 0, 0, 1, 0xFF], [0, 0, 0, 0, 9, 0x0A], [1, 0, 0, 0, 0], [7, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0],
            [0, 0xFF, 0, 0, 0],
        ] as [[UInt8]])
    func aWrongReplyMessageIsAnUnknownOutcome(body: [UInt8]) throws {
        var client = try Client()
        try client.receive {
            $0.addHeaders(1, Self.initial, endStream: false)
            $0.addData(1, body, endStream: false)
            $0.addHeaders(1, [("grpc-status", "0")], endStream: true)
        }
        #expect(client.failures.first??.fate == .unknown)
    }

    @Test(
        arguments: [(7, TransportError.Fate.notSent), (8, .unknown), (0, .unknown), (11, .unknown)]
            as [(UInt8, TransportError.Fate)])
    func aResetTellsTheFate(errorCode: UInt8, fate: TransportError.Fate) throws {
        var client = try Client(tickets: 2)
        try client.receive { $0.add(RawFrames.Kind.reset, 0, 1, [0, 0, 0, errorCode]) }
        #expect(client.completions.list.map(\.ticket) == [0])
        #expect(client.failures.first??.fate == fate)
        // gRPC A6, "Transparent Retries".
        #expect((client.failures.first == .sendAgain) == (errorCode == 7))
    }

    /// RFC 9113 6.8: streams above the last identifier "were not and will not be processed".
    @Test func streamsAboveAGoawayAreSentAgain() throws {
        var client = try Client(tickets: 3)
        try client.receive { $0.add(RawFrames.Kind.goaway, 0, 0, [0, 0, 0, 1, 0, 0, 0, 11] + Array("calm".utf8)) }
        #expect(client.engine.isRetired)
        #expect(Set(client.completions.list.map(\.ticket)) == [1, 2])
        #expect(client.failures == [.sendAgain, .sendAgain])
        let error = #expect(throws: ProtocolError.self) {
            try client.engine.receiveEnd(completions: &client.completions)
        }
        #expect(error?.description.contains("ENHANCE_YOUR_CALM (calm)") == true)
    }

    /// A server may answer before it has the whole request, and then asks for no more of it with RST_STREAM(NO_ERROR).
    @Test func anEarlyAnswerCounts() throws {
        var client = try Client(data: String(repeating: "d", count: 100_000))
        try client.receive {
            $0.addHeaders(1, Self.initial + [("grpc-status", "8")], endStream: true)
            $0.add(RawFrames.Kind.reset, 0, 1, [0, 0, 0, 0])
        }
        #expect(client.failures.map { $0?.fate } == [.rejected])
        var other = try Client(data: String(repeating: "d", count: 100_000))
        try other.receive { $0.addHeaders(1, Self.initial + [("grpc-status", "8")], endStream: true) }
        #expect(other.failures.map { $0?.fate } == [.rejected])
        let reset = ReadFrames(other.said.getSlice(at: 24, length: other.said.readableBytes - 24) ?? ByteBuffer())
        #expect(reset.stream(1).last?.kind == RawFrames.Kind.reset)
        // The ticket is free again at once, and the old stream's frames do not touch its new one.
        try other.engine.send(LogEntry(name: "n", data: "d"), ticket: 0, into: &other.said)
        try other.receive {
            $0.add(RawFrames.Kind.reset, 0, 1, [0, 0, 0, 0])
            $0.addHeaders(3, Self.initial, endStream: false)
            $0.addData(3, Self.logged, endStream: false)
            $0.addHeaders(3, [("grpc-status", "0")], endStream: true)
        }
        #expect(other.failures.map { $0?.fate } == [.rejected, nil])
    }

    @Test func aReplyWithoutEndIsBounded() throws {
        var client = try Client()
        try client.receive {
            $0.addHeaders(1, Self.initial + [("big", "x")], endStream: false)
            $0.addData(1, [0, 0, 2, 0, 0], endStream: false)
        }
        #expect(client.failures.first??.fate == .unknown)
    }

    @Test(arguments: ["HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH_9.2p1\r\n"])
    func aServerOfAnotherKindIsNamed(opening: String) throws {
        let engine = ClientConnection(authority: "x", maxInFlight: 1, limits: EntryLimits())
        var (said, completions) = (ByteBuffer(), Completions())
        engine.open(into: &said)
        var bytes = ByteBuffer(string: opening)
        let error = #expect(throws: ProtocolError.self) {
            try engine.receive(&bytes, into: &said, completions: &completions)
        }
        #expect(error?.description.contains("does not speak HTTP/2 with prior knowledge") == true)
        #expect(error?.description.contains(opening.hasPrefix("HTTP") ? "HTTP/1 server" : "not SETTINGS") == true)
        #expect(engine.isRetired && !engine.isReady)
    }
}
