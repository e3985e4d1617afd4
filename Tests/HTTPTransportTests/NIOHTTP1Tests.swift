import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

/// NIOHTTP1's parser, llhttp, agrees with ours about where requests end and which are broken, but where the table says why
/// not.
@Suite struct NIOHTTP1Tests {
    @Test(arguments: RequestCase.corpus)
    func agrees(request: RequestCase) throws {
        let ours = Verdict(
            requests: request.statuses.count { $0 >= 200 } - (request.isFault ? 1 : 0), isBroken: request.isFault)
        let theirs = Self.verdict(request.bytes)
        #expect((ours == theirs) != (Self.differences[request.reason] != nil), "\(ours) \(theirs)")
    }

    @Test func everyDifferenceIsInTheCorpus() {
        for reason in Self.differences.keys {
            #expect(RequestCase.corpus.contains { $0.reason == reason }, "\(reason)")
        }
    }

    private struct Verdict: Equatable {
        /// How many requests were read to their end.
        var requests: Int
        /// Whether what follows them is no request.
        var isBroken: Bool
    }

    private static func verdict(_ bytes: [UInt8]) -> Verdict {
        let channel = EmbeddedChannel(handler: ByteToMessageHandler(HTTPRequestDecoder()))
        var verdict = Verdict(requests: 0, isBroken: false)
        do {
            try channel.writeInbound(ByteBuffer(bytes: bytes))
        } catch {
            verdict.isBroken = true
        }
        while let part = try? channel.readInbound(as: HTTPServerRequestPart.self) {
            if case .end = part { verdict.requests += 1 }
        }
        _ = try? channel.finish(acceptAlreadyClosed: true)
        return verdict
    }

    /// Where the two differ, and why.
    private static let differences: [String: String] = {
        let limit = "a limit of ours; llhttp waits for, or takes, the rest"
        let host = "RFC 9112, 3.2: 400; a server's task in NIO, not its parser's"
        let method = "llhttp knows a list of methods; RFC 9110, 9.1: one that is not known is answered with an error"
        return [
            "a length of 2^63 - 1": limit, "a body over the limit": limit, "a chunk over the limit": limit,
            "a chunk of 2^60": limit, "a long chunk extension": limit, "101 fields": limit,
            "a head over the limit": limit, "a line without end": limit, "a request line without end": limit,
            "Expect before a body over the limit": limit, "no Host": host, "two Hosts": host,
            "no Host at the entry path": host, "a Host with a space": host, "a Host with a path": host,
            "a Host with a user": host, "an unknown method": method, "a method in small letters": method,
            "Content-Length twice, the same": "RFC 9110, 8.6: to be refused, or to be taken for one",
            "a chunk extension": "RFC 9112, 7.1.1: a recipient parses the white space before the semicolon",
            "trailers": "RFC 9112, 7.1.2: trailers are discarded; llhttp minds a Content-Length among them",
            "two empty lines in front": "RFC 9112, 2.2: at least one is ignored; ours ignores no more",
            "tabs and spaces around a value":
                "RFC 9112, 5: a tab is optional white space; llhttp does not take it here",
            "another scheme": "RFC 9112, 3.2.2: llhttp leaves the target to others",
            "two spaces before the version": "RFC 9112, 3: a single space; llhttp takes more",
            "another expectation": "RFC 9110, 10.1.1: 417; llhttp leaves expectations to others",
            "requests behind Connection: close": "RFC 9112, 9.6: ignored; llhttp calls them an error",
        ]
    }()
}

extension RequestCase {
    /// Whether the last answer ends the connection because of what was sent, not because it was asked to.
    fileprivate var isFault: Bool { closes && statuses.last.map { $0 >= 400 } ?? false }
}
