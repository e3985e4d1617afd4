import CZlib

/// The message encoding `gzip`: gRPC, "Compression"; RFC 1952.
package enum Gzip {
    /// Why bytes could not be decompressed.
    package enum Failure: Error, Equatable {
        case damaged
        /// More would come out than is taken.
        case tooLarge
        case noMemory
    }

    /// Compresses into one gzip member.
    package static func compress(_ bytes: RawSpan) throws(Failure) -> [UInt8] {
        var stream = z_stream()
        // Level 1: what a transport wants is speed.
        guard brokerlab_deflate_init_gzip(&stream, 1) == Z_OK else { throw .noMemory }
        defer { deflateEnd(&stream) }
        var output: [UInt8] = []
        let bound = Int(deflateBound(&stream, UInt(bytes.byteCount)))
        let status = bytes.withUnsafeBytes { input in
            set(&stream, input)
            return append(bound, to: &output) { room in
                set(&stream, room)
                return (deflate(&stream, Z_FINISH), room.count - Int(stream.avail_out))
            }
        }
        guard status == Z_STREAM_END else { throw .damaged }
        return output
    }

    private static func append(
        _ room: Int, to output: inout [UInt8], _ fill: (UnsafeMutableRawBufferPointer) -> (Int32, Int)
    ) -> Int32 {
        let count = output.count
        output.append(contentsOf: repeatElement(0, count: room))
        let (status, filled) = output.withUnsafeMutableBytes { fill(.init(rebasing: $0[count...])) }
        output.removeLast(room - filled)
        return status
    }

    private static func set(_ stream: inout z_stream, _ input: UnsafeRawBufferPointer) {
        stream.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
        stream.avail_in = UInt32(clamping: input.count)
    }

    private static func set(_ stream: inout z_stream, _ output: UnsafeMutableRawBufferPointer) {
        stream.next_out = output.bindMemory(to: UInt8.self).baseAddress
        stream.avail_out = UInt32(clamping: output.count)
    }
}
