import Broker
import EngineTestKit
import HTTP2
import NIOCore
import TransportIO

@testable import HTTPTransport

extension FuzzTarget {
    /// A logger's half: no split changes which entries are recorded and how requests are answered.
    ///
    /// But for the answer that ends the connection, which tells of the fault that was seen first.
    static let httpServer = FuzzTarget(name: "http-server") { bytes in
        let (step, rest) = bytes.stepAndRest
        var (whole, split) = (server(), server())
        let (expected, found) = (whole.feed(rest), split.feed(rest, step: step))
        require(expected.entries == found.entries, "a split changes what is recorded")
        require(expected.isFinished == found.isFinished, "a split changes whether the connection ends")
        let (answers, others) = (statuses(expected.said), statuses(found.said))
        require(answers.count == others.count, "a split changes how many answers there are")
        require(
            answers.dropLast().elementsEqual(others.dropLast()) && (expected.isFinished || answers.last == others.last),
            "a split changes an answer: \(answers) \(others)")
    }

    /// A broker's half with its one entry in flight: it has one fate at most, and no split changes it.
    static let httpClient = FuzzTarget(name: "http-client") { bytes in
        let (step, rest) = bytes.stepAndRest
        var (whole, split) = (client(), client())
        let expected = whole.feed(rest, sends: 1, thenEnd: true)
        let found = split.feed(rest, sends: 1, step: step, thenEnd: true)
        require(expected.fates.count <= 1, "an entry has two fates")
        require(expected.fates == found.fates, "a split changes an entry's fate:\n\(expected)\n\(found)")
    }

    /// A logger's half behind HTTP/2's preface; as for gRPC, a split may change what comes of frames that cancel each other.
    static let http2Server = FuzzTarget(name: "http2-server") { bytes in
        let (step, rest) = bytes.stepAndRest
        var server = PrefaceServerEngine(configuration: HTTPServerConfiguration(limits: limits))
        let told = server.feed(HTTP2Opening.ofClient + rest, step: step)
        require(told.entries.count <= rest.count, "more entries than bytes")
        var out = ByteBuffer()
        server.drain(into: &out)
    }

    /// A broker's half with four entries in flight on one HTTP/2 connection.
    static let http2Client = FuzzTarget(name: "http2-client") { bytes in
        guard let target = try? HTTPTarget(parsing: "h:80") else { fatalError("h:80 is a target") }
        let (step, rest) = bytes.stepAndRest
        var client: any ClientEngine = ClientConnection(target: target, maxInFlight: 8, limits: limits)
        let told = client.feed(HTTP2Opening.ofServer + rest, sends: 4, step: step, thenEnd: true)
        require(Set(told.fates.map(\.ticket)).count == told.fates.count, "an entry has two fates")
    }

    private static let limits = EntryLimits(maxEntryBytes: 1 << 12)

    private static func server() -> HTTPServerEngine {
        HTTPServerEngine(configuration: HTTPServerConfiguration(limits: limits))
    }

    private static func client() -> HTTPClientEngine {
        guard let target = try? HTTPTarget(parsing: "h:80") else { fatalError("h:80 is a target") }
        return HTTPClientEngine(target: target, limits: limits)
    }

    /// The status of each answer; what is not made of answers of ours is a broken promise.
    private static func statuses(_ said: [UInt8]) -> [Int] {
        var statuses: [Int] = []
        var rest = said[...]
        while !rest.isEmpty {
            let head = MessageHead.end(of: rest)
            require(head != nil, "what was said is no answer")
            guard let head, let status = Int(String(decoding: rest.dropFirst(9).prefix(3), as: UTF8.self)) else {
                break
            }
            statuses.append(status)
            rest = rest.dropFirst(head)
        }
        return statuses
    }
}

extension MessageHead {
    /// The length of the message, head and body, that `bytes` start with.
    fileprivate static func end(of bytes: ArraySlice<UInt8>) -> Int? {
        guard let head = try? parse(Array(bytes).span.bytes) else { return nil }
        if case .fixed(let length) = head.bodyLength { return head.byteCount + length }
        return head.byteCount
    }
}
