import CZlib

/// A gzip member that is being decompressed, as much at a time as its owner allows (RFC 1952).
///
/// A few kilobytes may hold a thousand times as much: what comes out is bounded, and so is the work of each step.
final class Inflation {
    /// What a step is charged at least, for the memory that a stream needs: as if so many bytes had come out.
    private static let leastCost = 8 * 1024
    /// How much is decompressed at a time: memory grows with what comes out, never with what a peer claims.
    private static let pieceBytes = 64 * 1024

    /// What has come out so far.
    private(set) var output: [UInt8] = []
    private let maxBytes: Int
    /// How many bytes of the member were read.
    private var taken = 0
    // In one place all its life: zlib's state points back to it.
    private let stream: UnsafeMutablePointer<z_stream>

    /// - Parameter maxBytes: the most that may come out.
    init(maxBytes: Int) throws(Gzip.Failure) {
        self.maxBytes = maxBytes
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard brokerlab_inflate_init_gzip(stream) == Z_OK else { throw .noMemory }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Goes on with `member`, the same in every step, until all has come out or `budget` is used up.
    /// - Parameter budget: less what was done, in bytes that were read or came out, whichever is more.
    /// - Returns: whether ``output`` is complete.
    func step(_ member: RawSpan, budget: inout Int) throws(Gzip.Failure) -> Bool {
        budget -= Self.leastCost
        while true {
            let (status, read, written) = inflatePiece(member)
            budget -= max(read, written)
            guard output.count <= maxBytes else { throw .tooLarge }
            if status == Z_STREAM_END {
                guard taken == member.byteCount else { throw .damaged }
                return true
            }
            // No progress: the member is cut short.
            guard status == Z_OK, read > 0 || written > 0 else { throw .damaged }
            if budget <= 0 { return false }
        }
    }

    private func inflatePiece(_ member: RawSpan) -> (status: Int32, read: Int, written: Int) {
        let count = output.count
        let room = Self.pieceBytes
        output.append(contentsOf: repeatElement(0, count: room))
        let status = member.withUnsafeBytes { member in
            output.withUnsafeMutableBytes { output in
                let input = UnsafeMutableRawBufferPointer(mutating: UnsafeRawBufferPointer(rebasing: member[taken...]))
                let place = UnsafeMutableRawBufferPointer(rebasing: output[count...])
                stream.pointee.next_in = input.bindMemory(to: UInt8.self).baseAddress
                stream.pointee.avail_in = UInt32(min(input.count, Self.pieceBytes))
                stream.pointee.next_out = place.bindMemory(to: UInt8.self).baseAddress
                stream.pointee.avail_out = UInt32(place.count)
                return inflate(stream, Z_NO_FLUSH)
            }
        }
        let written = room - Int(stream.pointee.avail_out)
        let read = min(member.byteCount - taken, Self.pieceBytes) - Int(stream.pointee.avail_in)
        output.removeLast(room - written)
        taken += read
        return (status, read, written)
    }
}
