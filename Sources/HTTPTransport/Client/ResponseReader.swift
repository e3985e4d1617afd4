import Broker
import EntryJSON
import NIOCore
import TransportIO

/// Reads the answers on one connection, one after the other (RFC 9112, 4 and 6.3).
struct ResponseReader {
    struct Outcome {
        /// What the answer says against the entry; nil where it is acknowledged.
        var failure: TransportError?
        var keepAlive: Bool
        var status: Int
    }

    /// The longest body of an answer that is read on, so that its connection can be used again.
    static let maxBodyBytes = 1 << 20

    private enum State {
        case head
        case body(Answer, remaining: Int)
        case chunked(Answer, ChunkedBody)
        /// The body goes on until the end of the stream.
        case untilEnd(Answer)
    }

    private struct Answer {
        var content: ReceivedAnswer
        var keepAlive: Bool
    }

    /// Whether 100 (Continue) has come in front of the answer that is awaited.
    private(set) var saysContinue = false
    private var headProgress: MessageHead.Progress?
    private var state = State.head
    private var repeatedHead = RepeatedHead<Outcome>()
    /// The body of the last answer that was an acknowledgement.
    private var knownBody = JSONEnvelope.logged
    private let takesAnySuccess: Bool

    /// - Parameter takesAnySuccess: whether every 2xx acknowledges, but for one that says that it failed.
    init(takesAnySuccess: Bool = false) {
        self.takesAnySuccess = takesAnySuccess
    }

    /// A request begins that waits for 100 (Continue).
    mutating func awaitContinue() {
        saysContinue = false
    }

    /// Takes what can be taken of `bytes`; the outcome when an answer is complete.
    mutating func read(_ bytes: inout ByteBuffer) throws(ProtocolError) -> Outcome? {
        if case .head = state, let outcome = readRepeated(&bytes) { return outcome }
        do throws(HTTPFault) {
            while bytes.readableBytes > 0 {
                let before = bytes.readableBytes
                if let outcome = try advance(&bytes) { return outcome }
                if bytes.readableBytes == before { return nil }
            }
            return nil
        } catch {
            throw ProtocolError("the answer is not HTTP/1.1: \(error.message)")
        }
    }

    /// The outcome of an answer that is all there, has the same head as one before, and the body of an acknowledgement.
    private mutating func readRepeated(_ bytes: inout ByteBuffer) -> Outcome? {
        guard let (head, body) = repeatedHead.match(bytes.readableBytesSpan), body <= Self.maxBodyBytes,
            bytes.readableBytes >= head + body,
            bytes.readableBytesSpan.extracting(head..<head + body).equals(knownBody)
        else { return nil }
        headProgress = nil
        bytes.moveReaderIndex(forwardBy: head + body)
        return repeatedHead.meaning
    }

    /// The outcome of an answer whose body ends with the stream.
    mutating func readEnd() -> Outcome? {
        guard case .untilEnd(let answer) = state else { return nil }
        state = .head
        return outcome(of: answer)
    }

    private mutating func outcome(of answer: Answer) -> Outcome {
        let failure = answer.content.failure(takesAnySuccess: takesAnySuccess)
        if failure == nil { knownBody = answer.content.body }
        return Outcome(failure: failure, keepAlive: answer.keepAlive, status: answer.content.status)
    }

    private mutating func advance(_ bytes: inout ByteBuffer) throws(HTTPFault) -> Outcome? {
        switch state {
        case .head:
            guard let head = try MessageHead.parse(bytes.readableBytesSpan, &headProgress) else { return nil }
            let answer = try Self.answer(head, in: bytes.readableBytesSpan)
            if let digits = head.lengthDigits, (200..<204).contains(answer.content.status), answer.keepAlive {
                repeatedHead.learn(
                    bytes.readableBytesSpan.extracting(first: head.byteCount), digits: digits,
                    meaning: Outcome(keepAlive: answer.keepAlive, status: answer.content.status))
            }
            bytes.moveReaderIndex(forwardBy: head.byteCount)
            // RFC 9110, 15.2: interim answers come before the final one.
            if (100..<200).contains(answer.content.status) {
                if answer.content.status == 100 { saysContinue = true }
                return nil
            }
            if answer.content.status == 204 || answer.content.status == 304 { return outcome(of: answer) }
            switch head.bodyLength {
            case .unstated: state = .untilEnd(answer)
            case .fixed(0): return outcome(of: answer)
            case .fixed(let length):
                guard length <= Self.maxBodyBytes else { throw HTTPFault(0, "a body of \(length) bytes") }
                state = .body(answer, remaining: length)
            case .chunked: state = .chunked(answer, ChunkedBody(maxBytes: Self.maxBodyBytes))
            }
            return nil
        case .body(var answer, let remaining):
            let count = min(remaining, bytes.readableBytes)
            answer.content.keep(bytes.readableBytesSpan.extracting(0..<count))
            bytes.moveReaderIndex(forwardBy: count)
            state = count == remaining ? .head : .body(answer, remaining: remaining - count)
            return count == remaining ? outcome(of: answer) : nil
        case .chunked(var answer, var body):
            // The state lets go of the body while it grows, so that it is not copied.
            state = .head
            let (taken, isComplete) = try body.take(bytes.readableBytesSpan)
            bytes.moveReaderIndex(forwardBy: taken)
            guard isComplete else {
                state = .chunked(answer, body)
                return nil
            }
            answer.content.keep(body.content.span.bytes)
            return outcome(of: answer)
        case .untilEnd(var answer):
            answer.content.keep(bytes.readableBytesSpan)
            bytes.clear()
            state = .untilEnd(answer)
            return nil
        }
    }

    private static func answer(_ head: MessageHead, in bytes: RawSpan) throws(HTTPFault) -> Answer {
        let line = head.startLine
        let isVersion11 = line.count >= 12 && bytes.equals(line.lowerBound..<line.lowerBound + 9, "HTTP/1.1 ")
        let isVersion10 = line.count >= 12 && bytes.equals(line.lowerBound..<line.lowerBound + 9, "HTTP/1.0 ")
        guard isVersion11 || isVersion10,
            let status = Int(bytes.text(line.lowerBound + 9..<line.lowerBound + 12)), (100..<600).contains(status),
            line.count == 12 || bytes[line.lowerBound + 12] == 0x20
        else { throw HTTPFault(0, "it starts with '\(bytes.text(line).prefix(40))'") }
        let content = ReceivedAnswer(
            status: status, location: (300..<400).contains(status) ? head.location.map { bytes.text($0) } : nil)
        return Answer(content: content, keepAlive: isVersion11 ? !head.asksForClose : head.keepsVersion10Alive)
    }
}
