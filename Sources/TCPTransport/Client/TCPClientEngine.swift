import Broker
import NIOCore
import TransportIO

/// The broker half of the floor: writes entry frames, matches answers to them in order.
struct TCPClientEngine: ClientEngine {
    let capacity: Int
    private let limits: EntryLimits
    private var inFlight = CircularBuffer<Int>()
    private var nextAnswer: UInt32 = 0

    init(capacity: Int, limits: EntryLimits) {
        self.capacity = capacity
        self.limits = limits
    }

    mutating func send(_ entry: LogEntry, ticket: Int, into out: inout ByteBuffer) throws(TransportError) {
        try EntryFrame.write(entry, limits: limits, into: &out)
        inFlight.append(ticket)
    }

    mutating func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, completions: inout Completions
    ) throws(ProtocolError) {
        while let (status, number) = bytes.readMultipleIntegers(as: (UInt32, UInt32).self) {
            guard let status = AnswerFrame.Status(rawValue: status), number == nextAnswer,
                let ticket = inFlight.popFirst()
            else { throw ProtocolError("the peer's answer is not one of broker-lab's tcp transport") }
            nextAnswer &+= 1
            switch status {
            case .recorded: completions.acknowledge(ticket)
            case .tooLarge: completions.fail(ticket, TransportError(.rejected, "the entry is too large for the logger"))
            case .malformed: completions.fail(ticket, TransportError(.rejected, "the logger cannot read the entry"))
            case .refused: completions.fail(ticket, TransportError(.rejected, "the logger does not take the entry"))
            }
        }
    }
}
