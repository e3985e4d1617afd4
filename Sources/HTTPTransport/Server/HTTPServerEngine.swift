import Broker
import EntryCodecs
import NIOCore
import TransportIO

/// The logger half of HTTP/1.1: requests read where they lie, one answer for each, in order.
struct HTTPServerEngine: ServerEngine {
    /// How long a request may take to arrive once it has begun, in seconds.
    static let requestTimeout = 20

    private enum State {
        case idle
        /// The head was read; its body, of that many bytes with the head, is not all there.
        case awaitingBody(MessageHead, total: Int)
        case chunked(MessageHead, headBytes: [UInt8], ChunkedBody)
        /// An entry was taken whose fate is not yet known; what comes behind it waits.
        case awaitingResult(Persistence)
        case closed
    }

    private var handler: RequestHandler
    private var writer = ResponseWriter()
    private var repeatedHead = RepeatedHead<EntryCodec>()
    private var headProgress: MessageHead.Progress?
    private var state = State.idle
    private var isDraining = false
    private var partialBytes = 0
    private var secondsInRequest = 0
    private var ticket: UInt64 = 0

    init(configuration: HTTPServerConfiguration) {
        handler = RequestHandler(configuration: configuration)
    }

    mutating func attach(to loop: EngineLoop) {
        handler.isOnLoopback = loop.isLoopback
    }

    var isIdle: Bool {
        if case .idle = state { partialBytes == 0 } else { isFinished }
    }

    var isFinished: Bool {
        if case .closed = state { true } else { false }
    }

    // MARK: Receiving

    /// So many bytes have come that are not given to the engine yet: a request has begun.
    mutating func awaitMore(than count: Int) {
        partialBytes = count
    }

    mutating func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, intake: borrowing EntryIntake
    ) throws(ProtocolError) {
        do throws(HTTPFault) {
            while try advance(&bytes, into: &out, intake: intake) {}
        } catch {
            if !error.isOfAccess { intake.countUndecodable() }
            writer.write(.failure(error.status, error.message), .ends, into: &out)
            state = .closed
            bytes.clear()
        }
        partialBytes = bytes.readableBytes
    }

    /// Takes one step; false when more bytes, or a result, are needed first.
    private mutating func advance(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, intake: borrowing EntryIntake
    ) throws(HTTPFault) -> Bool {
        switch state {
        case .idle:
            if try takeRepeated(&bytes, into: &out, intake: intake) { return true }
            guard bytes.readableBytes > 0, let head = try MessageHead.parse(bytes.readableBytesSpan, &headProgress)
            else {
                return false
            }
            try begin(head, &bytes, into: &out)
        case .awaitingBody(let head, let total):
            guard bytes.readableBytes >= total else { return false }
            let result = try handle(head, bytes.readableBytesSpan.extracting(first: total), intake)
            bytes.moveReaderIndex(forwardBy: total)
            finish(result, into: &out)
        case .chunked(let head, let headBytes, var body):
            // The state lets go of the body while it grows, so that it is not copied.
            state = .idle
            let (taken, isComplete) = try body.take(bytes.readableBytesSpan)
            bytes.moveReaderIndex(forwardBy: taken)
            guard isComplete else {
                state = .chunked(head, headBytes: headBytes, body)
                return false
            }
            let result = try handler.handle(
                head, in: headBytes.span.bytes, body: body.content.span.bytes, copy intake, ticket: ticket)
            finish(result, into: &out)
        case .awaitingResult:
            return false
        case .closed:
            bytes.clear()
            return false
        }
        return true
    }

    /// Takes a request that is all there and has the same head as one before.
    private mutating func takeRepeated(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, intake: borrowing EntryIntake
    ) throws(HTTPFault) -> Bool {
        guard let (head, body) = repeatedHead.match(bytes.readableBytesSpan), let codec = repeatedHead.meaning else {
            return false
        }
        try handler.checkLength(body)
        guard bytes.readableBytes >= head + body else { return false }
        headProgress = nil
        let answer = handler.entry(
            bytes.readableBytesSpan.extracting(head..<head &+ body), as: codec, copy intake, ticket: ticket)
        bytes.moveReaderIndex(forwardBy: head &+ body)
        finish(RequestHandler.Result(answer: answer, persistence: .goesOn), into: &out)
        return true
    }

    private mutating func handle(
        _ head: MessageHead, _ request: RawSpan, _ intake: borrowing EntryIntake
    ) throws(HTTPFault) -> RequestHandler.Result {
        try handler.handle(
            head, in: request, body: request.extracting(droppingFirst: head.byteCount), copy intake, ticket: ticket)
    }

    private mutating func begin(
        _ head: MessageHead, _ bytes: inout ByteBuffer, into out: inout ByteBuffer
    ) throws(HTTPFault) {
        // Before anything is learned of the head, or asked for.
        if let refusal = handler.refusal(of: head, in: bytes.readableBytesSpan.extracting(first: head.byteCount)) {
            throw refusal
        }
        let expectsContinue =
            head.expectsContinue && !RequestLine.isVersion10(head.startLine, of: bytes.readableBytesSpan)
        switch head.bodyLength {
        case .unstated:
            state = .awaitingBody(head, total: head.byteCount)
        case .fixed(let length):
            try handler.checkLength(length)
            let headBytes = bytes.readableBytesSpan.extracting(first: head.byteCount)
            if let digits = head.lengthDigits, let codec = handler.ordinaryCodec(head, in: headBytes) {
                repeatedHead.learn(headBytes, digits: digits, meaning: codec)
            }
            state = .awaitingBody(head, total: head.byteCount + length)
        case .chunked:
            let headBytes = bytes.readBytes(length: head.byteCount) ?? []
            state = .chunked(head, headBytes: headBytes, ChunkedBody(maxBytes: handler.maxBodyBytes))
        }
        if expectsContinue { writer.writeContinue(into: &out) }
    }

    private mutating func finish(_ result: RequestHandler.Result, into out: inout ByteBuffer) {
        secondsInRequest = 0
        let persistence = isDraining ? .ends : result.persistence
        switch result.answer {
        case .logged: writer.writeLogged(persistence, into: &out)
        case .other(let response, let omitsBody):
            writer.write(response, persistence, omitsBody: omitsBody, into: &out)
        case .later:
            state = .awaitingResult(result.persistence)
            return
        }
        state =
            switch persistence {
            case .goesOn, .goesOnAnnounced: .idle
            case .ends: .closed
            }
    }

    mutating func complete(_ ticket: UInt64, _ result: RecordResult, into out: inout ByteBuffer) {
        guard case .awaitingResult(let persistence) = state, ticket == self.ticket else { return }
        self.ticket &+= 1
        finish(RequestHandler.Result(answer: handler.answer(result), persistence: persistence), into: &out)
    }

    // MARK: Time and end

    mutating func drain(into out: inout ByteBuffer) {
        isDraining = true
    }

    var keepAliveInterval: TimeAmount? { .seconds(1) }

    /// Ends a request that does not arrive: a slow sender does not hold a connection.
    mutating func keepAlive(into out: inout ByteBuffer) throws(ProtocolError) {
        switch state {
        case .awaitingBody, .chunked: break
        case .idle where partialBytes > 0: break
        default: return
        }
        secondsInRequest += 1
        guard secondsInRequest > Self.requestTimeout else { return }
        let fault = HTTPFault.requestTimeout
        writer.write(.failure(fault.status, fault.message), .ends, into: &out)
        state = .closed
    }
}
