import Broker
import EngineTestKit
import NIOCore
import TransportIO

@testable import AMQPTransport

extension AMQPServerEngine {
    /// Feeds a part of the stream, as the socket's handler would; returns what is left of it.
    mutating func feed(_ bytes: ByteBuffer, _ out: inout ByteBuffer, _ recorder: RecordingRecorder) throws -> ByteBuffer
    {
        var rest = bytes
        try receive(&rest, into: &out, intake: EntryIntake(recorder: recorder, makeReply: { _ in EntryReply { _ in } }))
        return rest
    }
}

/// A frame that an engine sent, for comparisons.
struct SentFrame: Equatable {
    var type: FrameType
    var channel: UInt16
    /// The method's number; 0 for other frames.
    var method: UInt32
    var payload: [UInt8]

    /// Splits what an engine sent into frames; the protocol header is stepped over.
    static func all(in out: ByteBuffer) throws -> [SentFrame] {
        var rest = out
        if rest.getInteger(at: rest.readerIndex, as: UInt8.self) == UInt8(ascii: "A") {
            rest.moveReaderIndex(forwardBy: 8)
        }
        var reader = FrameReader(channelMax: .max, hasSeenFrame: true)
        var frames: [SentFrame] = []
        while let header = try reader.peek(rest) {
            let start = rest.readerIndex + FrameHeader.byteCount
            let payload = rest.getBytes(at: start, length: header.size) ?? []
            let method = header.type == .method ? rest.getInteger(at: start, as: UInt32.self) ?? 0 : 0
            frames.append(SentFrame(type: header.type, channel: header.channel, method: method, payload: payload))
            rest.moveReaderIndex(forwardBy: header.totalBytes)
        }
        return frames
    }
}

func testURL(_ text: String = "amqp://localhost") throws -> AMQPURL {
    try AMQPURL(parsing: text)
}
