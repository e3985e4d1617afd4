import Broker
import EntryCodecs
import EntryJSON
import NIOCore
import TransportIO

/// The broker half of HTTP/1.1 on one keep-alive connection: one request at a time.
struct HTTPClientEngine: ClientEngine {
    let capacity = 1
    private(set) var isRetired = false
    private let limits: EntryLimits
    /// Everything of a request up to the value of Content-Length.
    private let requestStart: [UInt8]
    private let encoder: EntryEncoder
    private var inFlight: Int?
    private var response = ResponseReader()

    init(target: HTTPTarget, codec: EntryCodec = .json, limits: EntryLimits) {
        self.limits = limits
        encoder = EntryEncoder(codec, limits: limits)
        let start =
            "POST \(target.path) HTTP/1.1\r\nhost: \(target.authority)\r\nuser-agent: broker-lab\r\n"
            + "content-type: \(codec.contentType)\r\ncontent-length: "
        self.requestStart = Array(start.utf8)
    }

    mutating func send(_ entry: LogEntry, ticket: Int, into out: inout ByteBuffer) throws(TransportError) {
        try limits.check(entry)
        do throws(EntryCodecError) {
            try encoder.encode(entry, into: &out) { byteCount, out in
                out.writeBytes(requestStart)
                JSONText.writeDecimal(UInt64(byteCount), into: &out)
                out.writeStaticString("\r\n\r\n")
            }
        } catch {
            throw TransportError(.notSent, error.description)
        }
        inFlight = ticket
    }

    mutating func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, completions: inout Completions
    ) throws(ProtocolError) {
        while bytes.readableBytes > 0 {
            guard inFlight != nil else { throw ProtocolError("an answer came that no request asked for") }
            guard let outcome = try response.read(&bytes) else { return }
            complete(outcome, &completions)
        }
    }

    mutating func receiveEnd(completions: inout Completions) throws(ProtocolError) {
        guard let outcome = response.readEnd() else { return }
        complete(outcome, &completions)
    }

    private mutating func complete(_ outcome: ResponseReader.Outcome, _ completions: inout Completions) {
        if !outcome.keepAlive { isRetired = true }
        guard let ticket = inFlight.take() else { return }
        if let failure = outcome.failure {
            completions.fail(ticket, TransportError(.rejected, failure))
        } else {
            completions.acknowledge(ticket)
        }
    }
}
