import NIOCore

/// The floor's answer: 8 bytes, big-endian, one for each frame and in the frames' order.
///
/// ```
/// offset  size  field
///      0     4  status
///      4     4  the low 32 bits of the frame's number on this connection, counted from 0 on
/// ```
enum AnswerFrame {
    static let byteCount = 8

    enum Status: UInt32, Error {
        case recorded = 0
        /// The frame is longer than the logger accepts; the connection ends after this answer.
        case tooLarge = 1
        /// What was sent is not a frame; the connection ends after this answer.
        case malformed = 2
        /// The logger does not take this entry.
        case refused = 3
    }

    static func write(_ status: Status, number: UInt32, into out: inout ByteBuffer) {
        out.writeMultipleIntegers(status.rawValue, number)
    }
}
