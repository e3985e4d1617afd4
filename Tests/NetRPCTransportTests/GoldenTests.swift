import Broker
import EngineTestKit
import Gob
import NIOCore
import Testing

@testable import NetRPCTransport

/// Our halves against what Go's own said to each other.
@Suite struct GoldenTests {
    private static let all: [(name: String, conversation: GoldenConversation)] = [
        ("plain", .plain), ("zeroValues", .zeroValues), ("refused", .refused), ("unknownNames", .unknownNames),
        ("wrongTypes", .wrongTypes), ("moreFields", .moreFields),
    ]

    /// What Go's client would make of our answers to it.
    private func outcomes(of replies: [UInt8]) throws -> [String] {
        var decoder = GobDecoder()
        var rest = replies
        var outcomes: [String] = []
        while !rest.isEmpty {
            var response = RPCResponse<String>()
            try take(decoder.decode(into: &response, from: rest.span.bytes), &rest)
            #expect(response.seq == UInt64(outcomes.count))
            if response.error.isEmpty {
                var reply = ""
                try take(decoder.decode(into: &reply, from: rest.span.bytes), &rest)
                outcomes.append(reply)
            } else {
                try take(decoder.skip(from: rest.span.bytes), &rest)
                outcomes.append("error: " + response.error)
            }
        }
        return outcomes
    }

    private func take(_ result: GobDecodeResult, _ rest: inout [UInt8]) throws {
        guard case .value(let consumed) = result else { throw GobError(.corrupted, "an answer is cut off") }
        rest.removeFirst(consumed)
    }

    @Test(arguments: all.indices)
    func serverAnswersGoClients(index: Int) throws {
        let (name, conversation) = Self.all[index]
        for step in [1, 2, 13, 10_000] {
            var server = NetRPCServerEngine(limits: EntryLimits())
            let recorder = RecordingRecorder {
                $0.name == "refuse" ? .rejected("this logger refuses the entry") : .recorded
            }
            let outcome = server.feed(conversation.toServer, step: step, recorder: recorder)
            #expect(outcome.error == nil && outcome.isIdle)
            let ours = try outcomes(of: outcome.said)
            if name == "wrongTypes" {
                // Our decoder names the mismatch in its own words.
                #expect(ours.map { $0.hasPrefix("error: gob: ") } == [true, true, false])
                #expect(ours.last == conversation.outcomes.last)
                #expect(outcome.undecodable == 2)
            } else {
                #expect(ours == conversation.outcomes)
            }
        }
    }

    /// Where nothing fails, our server says what Go's said, byte by byte.
    @Test func sameBytesAsGo() {
        for conversation in [GoldenConversation.plain, .zeroValues, .moreFields] {
            var server = NetRPCServerEngine(limits: EntryLimits())
            #expect(server.feed(conversation.toServer).said == withOurTypeID(conversation.toClient))
        }
    }

    /// The bytes of a stream whose one type has the id that we give to the first: 65, as in the documentation of gob.
    ///
    /// Go 1.27 begins with 64. The length of the definition, in the first byte, grows with the id.
    private func withOurTypeID(_ bytes: [UInt8]) -> [UInt8] {
        let definition: [UInt8] = [bytes[0] + 1, 0xFF, 0x81]
        return definition + bytes.dropFirst(2).replacing([0xFF, 0x80], with: [0xFF, 0x82])
    }

    @Test func entriesOfGoClients() {
        var server = NetRPCServerEngine(limits: EntryLimits())
        let third = String(repeating: "x", count: 300)
        #expect(
            server.feed(GoldenConversation.plain.toServer).entries
                == [("login", "user 7"), ("größe", "naïve ✓"), ("third", third)].map { LogEntry(name: $0, data: $1) })
        var other = NetRPCServerEngine(limits: EntryLimits())
        #expect(
            other.feed(GoldenConversation.zeroValues.toServer).entries
                == [("", ""), ("", "d"), ("n", "")].map { LogEntry(name: $0, data: $1) })
    }

    @Test(arguments: all.indices)
    func clientUnderstandsGoServers(index: Int) {
        let conversation = Self.all[index].conversation
        let fates = conversation.outcomes.enumerated().map { ticket, outcome in
            outcome.hasPrefix("error: ") ? Fate.rejected(ticket, String(outcome.dropFirst(7))) : Fate(ticket: ticket)
        }
        for step in [1, 2, 13, 10_000] {
            var client = NetRPCClientEngine(capacity: 8, limits: EntryLimits())
            #expect(client.feed(conversation.toClient, sends: fates.count, step: step) == ClientOutcome(fates: fates))
        }
    }

    /// Our client's first request begins as Go's does, with Seq 0 left out.
    @Test func requestsLikeGo() throws {
        let client = NetRPCClientEngine(capacity: 8, limits: EntryLimits())
        var out = ByteBuffer()
        try client.send(LogEntry(name: "login", data: "user 7"), ticket: 0, into: &out)
        // The definition of Request and the first request: 47 and 23 bytes in Go.
        let expected = withOurTypeID(Array(GoldenConversation.plain.toServer.prefix(70)))
        #expect(Array(out.readableBytesView.prefix(71)) == expected)
        var decoder = GobDecoder()
        var request = RPCRequest<String>(serviceMethod: "", seq: 99)
        _ = try decoder.decode(into: &request, from: out.readableBytesSpan)
        #expect(request.serviceMethod == "RPCServer.LogInfo" && request.seq == 99, "what is left out keeps its value")
    }
}
