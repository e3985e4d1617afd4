import Broker
import EntryCodecs
import NIOCore
import TransportIO

/// The logger half of HTTP/1.1: requests read where they lie, one answer for each, in order.
///
/// Entries whose fate comes later do not keep those behind them from being taken, as long as their requests are like the one
/// before: a client that has several requests under way shares commits with itself. Any other request waits until all of
/// them are answered.
struct HTTPServerEngine: ServerEngine {
    private enum State {
        case idle
        /// The head was read; its body, of that many bytes with the head, is not all there.
        case awaitingBody(MessageHead, total: Int)
        case chunked(MessageHead, headBytes: [UInt8], ChunkedBody)
        /// A request's answer is being made; what comes behind it waits.
        case awaitingResponse(LateResponse, omitsBody: Bool, hasNoChunks: Bool, Persistence)
        /// The body of an answer goes out in parts.
        case answering(more: @Sendable () -> HTTPBodyPart, inChunks: Bool, Persistence)
        case closed
    }

    /// The most entries whose answers wait for the fate of the first.
    private static let maxUndecided = 128

    private let handler: RequestHandler
    private var writer = ResponseWriter()
    private var repeatedHead = RepeatedHead<EntryCodec>()
    private var headProgress: MessageHead.Progress?
    private var state = State.idle
    private var isDraining = false
    private var partialBytes = 0
    /// Whether what was answered last took so long that others come first.
    private var hasHadTurn = false
    private(set) var isPaused = false
    /// The answers that wait for the fate of the first, which is ticket ``firstUndecided``'s.
    private var undecided = CircularBuffer<Undecided>(initialCapacity: 0)
    private var firstUndecided: UInt64 = 0

    init(configuration: HTTPServerConfiguration) {
        handler = RequestHandler(configuration: configuration)
    }

    mutating func attach(to loop: EngineLoop) {
        handler.isOnLoopback = loop.isLoopback
    }

    var isIdle: Bool {
        if case .idle = state { partialBytes == 0 && undecided.isEmpty } else { isFinished }
    }

    var isFinished: Bool {
        if case .closed = state { true } else { false }
    }

    var isAmidMessage: Bool {
        switch state {
        case .awaitingBody, .chunked: !isPaused
        case .idle: !isPaused && partialBytes > 0 && undecided.isEmpty
        case .awaitingResponse, .answering, .closed: false
        }
    }

    /// What has come of a body of a length that is known lies where it was received.
    var heldBytes: Int {
        if case .chunked(_, _, let body) = state { body.content.count } else { 0 }
    }

    var mostAtOnce: Int { handler.mostAtOnce - heldBytes }

    // MARK: Receiving

    /// So many bytes have come that are not given to the engine yet: a request has begun.
    mutating func awaitMore(than count: Int) {
        partialBytes = count
    }

    mutating func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, intake: borrowing EntryIntake
    ) throws(ProtocolError) {
        hasHadTurn = false
        isPaused = false
        do throws(HTTPFault) {
            while try advance(&bytes, into: &out, intake: intake) {
                guard hasHadTurn || out.readableBytes >= ServerOutput.enough, bytes.readableBytes > 0 || isAnswering
                else { continue }
                isPaused = true
                break
            }
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
            guard undecided.isEmpty, bytes.readableBytes > 0,
                let head = try MessageHead.parse(bytes.readableBytesSpan, &headProgress)
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
        case .awaitingResponse:
            return false
        case .answering(let more, let inChunks, let persistence):
            answer(more(), inChunks: inChunks, persistence, into: &out)
        case .closed:
            bytes.clear()
            return false
        }
        return true
    }

    private var isAnswering: Bool {
        if case .answering = state { true } else { false }
    }

    /// Says the next part of an answer's body.
    private mutating func answer(
        _ part: HTTPBodyPart, inChunks: Bool, _ persistence: Persistence, into out: inout ByteBuffer
    ) {
        hasHadTurn = true
        switch part {
        case .bytes(let bytes): writer.write(part: bytes, inChunks: inChunks, into: &out)
        case .end:
            writer.writeEnd(inChunks: inChunks, into: &out)
            answered(persistence)
        case .broken:
            // RFC 9112, 8: a body in chunks is incomplete without the last of them.
            state = .closed
        }
    }

    /// Takes a request that is all there and has the same head as one before.
    private mutating func takeRepeated(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, intake: borrowing EntryIntake
    ) throws(HTTPFault) -> Bool {
        guard undecided.isEmpty || takesMore, let (head, body) = repeatedHead.match(bytes.readableBytesSpan),
            let codec = repeatedHead.meaning
        else { return false }
        // What cannot be answered yet is not refused yet.
        guard undecided.isEmpty || body <= handler.maxBodyBytes else { return false }
        try handler.checkLength(body)
        guard bytes.readableBytes >= head + body else { return false }
        headProgress = nil
        let answer = handler.entry(
            bytes.readableBytesSpan.extracting(head..<head &+ body), as: codec, copy intake, ticket: ticket)
        bytes.moveReaderIndex(forwardBy: head &+ body)
        finish(RequestHandler.Result(answer: answer, persistence: .goesOn), into: &out)
        return true
    }

    /// Whether an entry is taken behind others that are not yet answered.
    private var takesMore: Bool {
        guard undecided.count < Self.maxUndecided, !isDraining, case .goesOn? = undecided.last?.persistence else {
            return false
        }
        return true
    }

    /// What the fate of an entry that comes next is told under.
    private var ticket: UInt64 { firstUndecided &+ UInt64(undecided.count) }

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
        if handler.codec(head, in: bytes.readableBytesSpan) == .foundationJSON { handler.readsSlowly = true }
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
        if undecided.isEmpty { say(result, into: &out) } else { wait(with: result) }
    }

    /// Says an answer, or begins to.
    private mutating func say(_ result: RequestHandler.Result, into out: inout ByteBuffer) {
        // RFC 9112, 9.6: no answer comes behind the one that says that the connection ends.
        let isLast = isDraining && undecided.isEmpty || result.hasNoChunks && result.answer.isInParts
        let persistence = isLast ? .ends : result.persistence
        switch result.answer {
        case .logged: writer.writeLogged(persistence, into: &out)
        case .other(let response, let omitsBody):
            hasHadTurn = result.tookTime
            writer.write(
                response, persistence, omitsBody: omitsBody, takesChunks: !result.hasNoChunks, into: &out)
            if let more = response.more, !omitsBody {
                state = .answering(more: more, inChunks: !result.hasNoChunks, persistence)
                return
            }
        case .later:
            wait(with: result)
            return
        case .laterOther(let response, let omitsBody):
            state = .awaitingResponse(
                response, omitsBody: omitsBody, hasNoChunks: result.hasNoChunks, result.persistence)
            return
        }
        answered(persistence)
    }

    /// The answer has its place behind those that wait, and begins to do so itself where there are none.
    private mutating func wait(with result: RequestHandler.Result) {
        undecided.append(Undecided(answer: result.answer, persistence: result.persistence))
        state = .idle
    }

    /// An answer was said in full.
    private mutating func answered(_ persistence: Persistence) {
        state =
            switch persistence {
            case .goesOn, .goesOnAnnounced: .idle
            case .ends: .closed
            }
    }

    mutating func complete(_ ticket: UInt64, _ result: RecordResult, into out: inout ByteBuffer) {
        let place = ticket &- firstUndecided
        switch state {
        case .idle where place < UInt64(undecided.count):
            undecided[undecided.index(undecided.startIndex, offsetBy: Int(place))].answer = handler.answer(result)
            answerDecided(into: &out)
        case .awaitingResponse(let response, let omitsBody, let hasNoChunks, let persistence) where place == 0:
            firstUndecided &+= 1
            let answer = RequestHandler.Answer.other(response.take(), omitsBody: omitsBody)
            let result = RequestHandler.Result(
                answer: answer, persistence: persistence, tookTime: true, hasNoChunks: hasNoChunks)
            finish(result, into: &out)
            // The rest of its body goes out in the connection's turns.
            isPaused = isAnswering
        default: break
        }
    }

    /// Says the answers that wait no more.
    private mutating func answerDecided(into out: inout ByteBuffer) {
        while let first = undecided.first, first.isDecided {
            undecided.removeFirst()
            firstUndecided &+= 1
            say(RequestHandler.Result(answer: first.answer, persistence: first.persistence), into: &out)
        }
    }

    // MARK: Time and end

    mutating func drain(into out: inout ByteBuffer) {
        isDraining = true
    }

    mutating func end(_ reason: ConnectionEnd, into out: inout ByteBuffer) {
        // In the midst of an answer nothing else can be said, and before one that is still to come it would be taken for that.
        if !isAnswering, undecided.isEmpty, let fault = HTTPFault(reason) {
            writer.write(.failure(fault.status, fault.message), .ends, into: &out)
        }
        state = .closed
    }
}

extension HTTPFault {
    /// What a client is told that loses its connection, or its request; nil where it would not read it.
    init?(_ reason: ConnectionEnd) {
        switch reason {
        case .tooSlow(let seconds): self.init(408, "the request did not arrive within \(seconds) s")
        case .tooMuchHeld: self.init(503, "\(reason)")
        case .unread: return nil
        }
    }
}
