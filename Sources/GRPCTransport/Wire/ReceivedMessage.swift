import HTTP2

/// One length-prefixed message as it comes in DATA frames: gRPC over HTTP2, "Length-Prefixed-Message".
///
/// The usual message lies in one frame and is read where it lies, in the receive buffer. It is copied only when more of
/// it is to come.
struct ReceivedMessage {
    /// Why what came is not one whole uncompressed message.
    enum Defect: Equatable, CustomStringConvertible {
        case badFlag(UInt8)
        case tooLarge(Int)
        case tooLong
        case truncated
        case missing

        var description: String {
            switch self {
            case .badFlag(let flag): "it begins with byte \(flag), where 0 or 1 says whether it is compressed"
            case .tooLarge(let count): "it has \(count) bytes, which is more than are taken"
            case .tooLong: "it is followed by another, where there is to be one"
            case .truncated: "it is shorter than its length says"
            case .missing: "it is missing"
            }
        }
    }

    private var body = ReceivedBody()
    private var length: Int?
    private(set) var isCompressed = false

    /// How many bytes have come.
    var count: Int { body.count }

    /// Takes a part of the message.
    /// - Returns: what is wrong, or nil.
    mutating func append(
        _ part: UnsafeRawBufferPointer, maxLength: Int, buffers: inout MessageBuffers
    ) -> Defect? {
        body.append(part, &buffers)
        let count = body.count
        if length == nil, count >= LogRequestEncoder.prefixCount {
            if let defect = readPrefix(maxLength) { return defect }
        }
        if let length, count > length &+ LogRequestEncoder.prefixCount { return .tooLong }
        return nil
    }

    private mutating func readPrefix(_ maxLength: Int) -> Defect? {
        let prefix = body.withBytes { bytes in
            (bytes[0], UInt32(bytes[1]) << 24 | UInt32(bytes[2]) << 16 | UInt32(bytes[3]) << 8 | UInt32(bytes[4]))
        }
        guard prefix.0 <= 1 else { return .badFlag(prefix.0) }
        guard prefix.1 <= UInt32(clamping: maxLength) else { return .tooLarge(Int(prefix.1)) }
        isCompressed = prefix.0 == 1
        length = Int(prefix.1)
        return nil
    }

    /// What is wrong with the message now that nothing more will come, or nil.
    var defectAtEnd: Defect? {
        let count = body.count
        guard let length else { return count == 0 ? .missing : .truncated }
        return count < length &+ LogRequestEncoder.prefixCount ? .truncated : nil
    }

    /// Reads the bytes behind the prefix, of a message without a defect.
    @inline(__always)
    func read<R>(_ body: (RawSpan) -> R) -> R {
        self.body.withBytes { body($0.bytes.extracting(droppingFirst: LogRequestEncoder.prefixCount)) }
    }

    /// Copies what lies in the receive buffer, which is about to be reused.
    mutating func own(_ buffers: inout MessageBuffers) {
        body.own(&buffers)
    }

    /// Forgets the message and gives its memory back.
    mutating func clear(_ buffers: inout MessageBuffers) {
        body.clear(&buffers)
        length = nil
        isCompressed = false
    }
}
