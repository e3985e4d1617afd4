import Broker
import NIOCore
import TransportIO

/// The logger half of the floor: reads entry frames where they lie, answers each with 8 bytes, in order.
struct TCPServerEngine: ServerEngine {
    private let limits: EntryLimits
    /// The number of the next frame to be received.
    private var nextFrame: UInt64 = 0
    /// Results of frames that wait for an earlier one's, the first being that of frame ``firstUnanswered``.
    private var waiting = CircularBuffer<RecordResult>()
    private var firstUnanswered: UInt64 = 0
    private var hasPartialFrame = false

    init(limits: EntryLimits) {
        self.limits = limits
    }

    var isIdle: Bool { waiting.isEmpty && !hasPartialFrame }

    var isAmidMessage: Bool { hasPartialFrame }

    mutating func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, intake: borrowing EntryIntake
    ) throws(ProtocolError) {
        do {
            while let header = try EntryFrame.peekHeader(bytes, limits: limits) {
                guard bytes.readableBytes >= header.totalBytes else { break }
                let result = Self.take(bytes.readableBytesSpan, header, as: nextFrame, intake)
                bytes.moveReaderIndex(forwardBy: header.totalBytes)
                answer(result, into: &out)
                nextFrame &+= 1
            }
            hasPartialFrame = bytes.readableBytes > 0
        } catch {
            intake.countUndecodable()
            // Answers keep the frames' order, so this one cannot be given before those that are still open.
            if waiting.isEmpty {
                AnswerFrame.write(error, number: UInt32(truncatingIfNeeded: nextFrame), into: &out)
            }
            throw ProtocolError(
                error == .tooLarge
                    ? "a frame exceeds the limit of \(limits.maxEntryBytes) bytes an entry"
                    : "what was sent is not a frame of broker-lab's tcp transport")
        }
    }

    mutating func complete(_ ticket: UInt64, _ result: RecordResult, into out: inout ByteBuffer) {
        guard ticket >= firstUnanswered, ticket &- firstUnanswered < UInt64(waiting.count) else { return }
        waiting[waiting.index(waiting.startIndex, offsetBy: Int(ticket &- firstUnanswered))] = result
        while let first = waiting.first, first != .later {
            waiting.removeFirst()
            write(first, into: &out)
        }
    }

    private static func take(
        _ frame: RawSpan, _ header: EntryFrame.Header, as number: UInt64, _ intake: borrowing EntryIntake
    ) -> RecordResult {
        let nameStart = EntryFrame.headerBytes + header.runBytes
        let dataStart = nameStart + header.nameBytes
        let entry = ReceivedEntry(
            name: frame.extracting(nameStart..<dataStart), data: frame.extracting(dataStart..<header.totalBytes),
            severity: header.severity, run: frame.extracting(EntryFrame.headerBytes..<nameStart),
            sequence: header.sequence, sentAt: header.sentAt)
        return intake.take(entry, ticket: number)
    }

    private mutating func answer(_ result: RecordResult, into out: inout ByteBuffer) {
        if waiting.isEmpty && result != .later {
            write(result, into: &out)
        } else {
            waiting.append(result)
        }
    }

    private mutating func write(_ result: RecordResult, into out: inout ByteBuffer) {
        let number = UInt32(truncatingIfNeeded: firstUnanswered)
        AnswerFrame.write(result == .recorded ? .recorded : .refused, number: number, into: &out)
        firstUnanswered &+= 1
    }
}
