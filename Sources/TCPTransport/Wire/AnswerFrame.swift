import NIOCore

/// The floor's answer: 8 bytes, big-endian, one for each frame and in the frames' order.
///
/// ```
/// offset  size  field
///      0     4  status: four ASCII letters, so that no other protocol's bytes pass for one
///      4     4  the low 32 bits of the frame's number on this connection, counted from 0 on
/// ```
enum AnswerFrame {
    static let byteCount = 8

    enum Status: UInt32, Error {
        /// `RECD`
        case recorded = 0x5245_4344
        /// `LONG`: the frame is longer than the logger accepts; the connection ends after this answer.
        case tooLarge = 0x4C4F_4E47
        /// `WHAT`: what was sent is not a frame; the connection ends after this answer.
        case malformed = 0x5748_4154
        /// `DENY`: the logger does not take this entry.
        case refused = 0x4445_4E59
    }

    static func write(_ status: Status, number: UInt32, into out: inout ByteBuffer) {
        out.writeMultipleIntegers(status.rawValue, number)
    }
}
