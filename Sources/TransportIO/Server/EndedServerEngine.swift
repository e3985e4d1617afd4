import Broker
import NIOCore

/// Takes the place of an engine whose connection this side has ended, so that its memory is free at once.
struct EndedServerEngine: ServerEngine {
    var isIdle: Bool { true }
    var isFinished: Bool { true }

    mutating func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, intake: borrowing EntryIntake
    ) throws(ProtocolError) {
        bytes.clear()
    }

    mutating func complete(_ ticket: UInt64, _ result: RecordResult, into out: inout ByteBuffer) {}
}
