import EngineTestKit
import HTTP2TestKit
import NIOCore
import Testing

@testable import HTTP2

/// Which frames a client must not send, by its own frames alone.
@Suite struct StreamOrderTests {
    private static let fields = [(":method", "GET")]

    @Test("The pieces that frames come in make no difference", arguments: [1, 2, 8, 9, 10, 33])
    func pieces(step: Int) {
        var frames = RawFrames.client()
        let streams = stride(from: UInt32(1), to: 99, by: 2)
        for stream in streams { frames.addHeaders(stream, Self.fields, endStream: false) }
        for stream in streams { frames.addData(stream, [1, 2], endStream: true) }
        let end = frames.bytes.readableBytes
        frames.addData(51, [3], endStream: true)
        let (offset, reason) = breach(of: frames, step: step)
        // What begins in one piece and ends in another is found in the other.
        #expect(offset.map { $0 >= end && $0 < end + 9 } == true && reason == "stream 51 has ended")
    }

    /// A server that keeps all that is open in mind would be at its client's mercy.
    @Test("Streams that are never ended are forgotten, and nothing is held against them then")
    func forgotten() {
        var frames = RawFrames.client()
        let count = UInt32(StreamOrder.maxOpen)
        for number in 0...count + 1 { frames.addHeaders(2 * number + 1, Self.fields, endStream: false) }
        for number in 0...count + 1 { frames.addData(2 * number + 1, [1], endStream: true) }
        #expect(breach(of: frames).offset == nil)
        // Of the older half it is not known any more that they have ended.
        frames.addData(1, [1], endStream: true)
        frames.addData(count - 1, [1], endStream: true)
        #expect(breach(of: frames).offset == nil)
        frames.addData(count + 101, [1], endStream: true)
        #expect(breach(of: frames).reason == "stream \(count + 101) has ended")
    }

    @Test func anything() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<2_000 {
            var order = StreamOrder()
            let noise = random.noise(upTo: 300)
            _ = noise.withUnsafeBytes { order.walk($0) }
            _ = noise.withUnsafeBytes { order.walk($0) }
        }
    }

    private func breach(of frames: RawFrames, step: Int = .max) -> (offset: Int?, reason: String?) {
        var order = StreamOrder()
        var bytes = frames.bytes
        var before = 0
        while let piece = bytes.readSlice(length: min(step, bytes.readableBytes)), piece.readableBytes > 0 {
            if let breach = piece.withUnsafeReadableBytes({ order.walk($0) }) {
                return (before + breach.offset, breach.reason)
            }
            before += piece.readableBytes
        }
        return (nil, nil)
    }
}
