import Broker
import EntryCodecs
import NIOCore
import TransportIO

/// The broker's half: the motto once, then an entry a frame; answers come in order, a byte each.
struct PostcardClientEngine: ClientEngine {
    let capacity: Int
    private let limits: EntryLimits
    private let motto: String
    private let encoder: EntryEncoder
    private var inFlight = CircularBuffer<Int>()

    init(capacity: Int, limits: EntryLimits, motto: String) {
        (self.capacity, self.limits, self.motto) = (capacity, limits, motto)
        encoder = EntryEncoder(.protobuf, limits: limits)
    }

    mutating func open(into out: inout ByteBuffer) {
        out.writeInteger(UInt32(motto.utf8.count))
        out.writeString(motto)
    }

    mutating func send(_ entry: LogEntry, ticket: Int, into out: inout ByteBuffer) throws(TransportError) {
        try limits.check(entry)
        do {
            try encoder.encode(entry, into: &out) { count, out in out.writeInteger(UInt32(count)) }
        } catch {
            throw TransportError(.notSent, "\(error)")
        }
        inFlight.append(ticket)
    }

    mutating func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, completions: inout Completions
    ) throws(ProtocolError) {
        while let answer = bytes.readInteger(as: UInt8.self) {
            guard let ticket = inFlight.popFirst() else { throw ProtocolError("an answer to no postcard") }
            if answer == 1 {
                completions.acknowledge(ticket)
            } else {
                completions.fail(ticket, TransportError(.rejected, "the logger does not take the postcard"))
            }
        }
    }
}

/// The logger's half, whose recorder answers at once.
struct PostcardServerEngine: ServerEngine {
    private let limits: EntryLimits
    private let motto: String
    private var decoder: EntryDecoder
    private var isWelcome = false
    private var ticket: UInt64 = 0

    init(limits: EntryLimits, motto: String) {
        (self.limits, self.motto) = (limits, motto)
        decoder = EntryDecoder(limits: limits)
    }

    var isIdle: Bool { true }

    mutating func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, intake: borrowing EntryIntake
    ) throws(ProtocolError) {
        while let length = bytes.getInteger(at: bytes.readerIndex, as: UInt32.self) {
            guard Int(length) <= limits.maxEntryBytes + 4096 else { throw ProtocolError("a postcard is too large") }
            guard bytes.readableBytes >= Int(length) + 4 else { return }
            bytes.moveReaderIndex(forwardBy: 4)
            guard let frame = bytes.readSlice(length: Int(length)) else { return }
            if isWelcome {
                try take(frame, into: &out, intake)
            } else {
                guard String(buffer: frame) == motto else { throw ProtocolError("the motto is not '\(motto)'") }
                isWelcome = true
            }
        }
    }

    private mutating func take(
        _ frame: ByteBuffer, into out: inout ByteBuffer, _ intake: borrowing EntryIntake
    ) throws(ProtocolError) {
        ticket += 1
        do {
            let result = try decoder.decode(frame.readableBytesSpan, as: .protobuf) { [ticket] entry in
                intake.take(entry, ticket: ticket)
            }
            out.writeInteger(result == .recorded ? 1 as UInt8 : 0)
        } catch {
            intake.countUndecodable()
            throw ProtocolError("what came is no postcard: \(error)")
        }
    }

    mutating func complete(_ ticket: UInt64, _ result: RecordResult, into out: inout ByteBuffer) {}
}
