import Broker
import EntryCodecs
import EntryJSON
import NIOCore
import TransportIO

/// The broker half of HTTP/1.1 on one keep-alive connection: one request at a time, or several behind one another
/// (RFC 9112, 9.3.2), answered in order.
struct HTTPClientEngine: ClientEngine {
    /// How many requests may be unanswered.
    let capacity: Int
    private(set) var isRetired = false
    private let limits: EntryLimits
    /// Everything of a request up to the value of Content-Length.
    private let requestStart: [UInt8]
    private let encoder: EntryEncoder
    /// The tickets of the requests that are unanswered, oldest first.
    private var inFlight = CircularBuffer<Int>(initialCapacity: 1)
    private var response: ResponseReader
    private let support: Expectation.Support
    private let minExpectingBytes: Int
    /// The body of the request in flight, where it waits for 100 (Continue).
    private var expectation: Expectation?
    private var loop: EngineLoop?

    /// - Parameters:
    ///   - depth: how many requests may be unanswered.
    ///   - support: what is known of the server's way with expectations.
    ///   - takesAnySuccess: whether every 2xx acknowledges, but for one that says that it failed.
    ///   - minExpectingBytes: the size of name and data from which on a body waits for 100 (Continue).
    ///   - token: what the server is shown.
    init(
        target: HTTPTarget, codec: EntryCodec = .json, limits: EntryLimits, depth: Int = 1,
        support: Expectation.Support = Expectation.Support(), minExpectingBytes: Int = Expectation.minBodyBytes,
        takesAnySuccess: Bool = false, token: BearerToken? = nil
    ) {
        response = ResponseReader(takesAnySuccess: takesAnySuccess)
        capacity = depth
        self.limits = limits
        self.support = support
        // Behind a body that waits, others would have to wait as well.
        self.minExpectingBytes = depth == 1 ? minExpectingBytes : .max
        encoder = EntryEncoder(codec, limits: limits, asAction: target.takesActions)
        let start =
            "POST \(target.path) HTTP/1.1\r\nhost: \(target.authority)\r\nuser-agent: broker-lab\r\n"
            + (token.map { "authorization: \($0.credentials)\r\n" } ?? "")
            + "content-type: \(codec.contentType)\r\ncontent-length: "
        self.requestStart = Array(start.utf8)
    }

    mutating func attach(to loop: EngineLoop) {
        self.loop = loop
    }

    mutating func send(_ entry: LogEntry, ticket: Int, into out: inout ByteBuffer) throws(TransportError) {
        try limits.check(entry)
        do throws(EntryCodecError) {
            if entry.name.utf8.count + entry.data.utf8.count >= minExpectingBytes && !support.isRefused {
                try sendExpecting(entry, into: &out)
                inFlight.append(ticket)
                return
            }
            try encoder.encode(entry, into: &out) { byteCount, out in
                out.writeBytes(requestStart)
                JSONText.writeDecimal(UInt64(byteCount), into: &out)
                out.writeStaticString("\r\n\r\n")
            }
        } catch {
            throw TransportError(.notSent, error.description)
        }
        inFlight.append(ticket)
    }

    /// Appends the head of a request, whose body follows when the server asks for it.
    private mutating func sendExpecting(_ entry: LogEntry, into out: inout ByteBuffer) throws(EntryCodecError) {
        var body = ByteBuffer()
        var length = 0
        try encoder.encode(entry, into: &body) { byteCount, _ in length = byteCount }
        out.writeBytes(requestStart)
        JSONText.writeDecimal(UInt64(length), into: &out)
        out.writeStaticString("\r\nexpect: 100-continue\r\n\r\n")
        let deadline = loop.map { $0.now + Expectation.patience } ?? .distantFuture
        response.awaitContinue()
        expectation = Expectation(body: body, deadline: deadline)
        loop?.wake(at: deadline)
    }

    private mutating func sendExpected(into out: inout ByteBuffer) {
        guard var body = expectation.take()?.body else { return }
        out.writeBuffer(&body)
    }

    mutating func proceed(into out: inout ByteBuffer, completions: inout Completions) throws(ProtocolError) {
        guard let expectation, let loop else { return }
        guard loop.now >= expectation.deadline else { return loop.wake(at: expectation.deadline) }
        sendExpected(into: &out)
    }

    mutating func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, completions: inout Completions
    ) throws(ProtocolError) {
        while bytes.readableBytes > 0 {
            guard !inFlight.isEmpty else { throw ProtocolError("an answer came that no request asked for") }
            guard let outcome = try response.read(&bytes) else {
                if response.saysContinue { sendExpected(into: &out) }
                return
            }
            complete(outcome, &completions)
        }
    }

    mutating func receiveEnd(completions: inout Completions) throws(ProtocolError) {
        guard let outcome = response.readEnd() else { return }
        complete(outcome, &completions)
    }

    private mutating func complete(_ outcome: ResponseReader.Outcome, _ completions: inout Completions) {
        if !outcome.keepAlive { isRetired = true }
        guard let ticket = inFlight.popFirst() else { return }
        if expectation.take() != nil {
            // RFC 9110, 10.1.1: the server has decided without the body. It cannot be told that none will follow.
            isRetired = true
            if outcome.status == 417 {
                support.refuse()
                completions.sendAgain(ticket)
                return
            }
        }
        if let failure = outcome.failure {
            completions.fail(ticket, failure)
        } else {
            completions.acknowledge(ticket)
        }
        // RFC 9112, 9.6: a server that says `close` processes no further request on its connection.
        if isRetired { while let unread = inFlight.popFirst() { completions.sendAgain(unread) } }
    }
}
