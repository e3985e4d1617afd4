/// A decoder that keeps the bytes of incomplete messages, for callers that have no buffer of their own.
///
/// Takes bytes in any split.
public struct GobStreamDecoder: ~Copyable, Sendable {
    private var decoder: GobDecoder
    private var pending: [UInt8] = []
    private var taken = 0

    /// How many bytes of the stream are done with.
    public private(set) var position = 0

    /// Creates the decoder of a new stream.
    public init(limits: GobLimits = GobLimits()) {
        decoder = GobDecoder(limits: limits)
    }

    /// The types that the stream has defined so far.
    public var types: GobTypes { decoder.types }

    /// How many bytes are waiting for the rest of their message.
    public var pendingCount: Int { pending.count - taken }

    /// Adds bytes as they arrived.
    public mutating func append(_ bytes: RawSpan) {
        if taken > 0, taken >= pending.count / 2 {
            pending.removeFirst(taken)
            taken = 0
        }
        bytes.withUnsafeBytes { pending.append(contentsOf: $0) }
    }

    /// Decodes the next value; false where it is not complete.
    public mutating func next<Value: GobField>(into value: inout Value) throws(GobError) -> Bool {
        try step { decoder, bytes throws(GobError) in try decoder.decode(into: &value, from: bytes) }
    }

    /// Decodes the next value, whatever its type; nil where it is not complete.
    public mutating func nextDocument() throws(GobError) -> GobDocument? {
        var document = GobDocument()
        let found = try step { decoder, bytes throws(GobError) in try decoder.decode(into: &document, from: bytes) }
        return found ? document : nil
    }

    private mutating func step(
        _ decode: (inout GobDecoder, RawSpan) throws(GobError) -> GobDecodeResult
    ) throws(GobError) -> Bool {
        // A second reference, not a copy: nothing is appended while it lives.
        let held = pending
        let rest = held.span.bytes.extracting(taken..<held.count)
        do throws(GobError) {
            switch try decode(&decoder, rest) {
            case .value(let consumed):
                advance(consumed)
                return true
            case .needsMore(let consumed):
                advance(consumed)
                return false
            }
        } catch {
            // A value that was refused is passed over where that is possible.
            advance(error.resumeOffset ?? 0)
            throw error
        }
    }

    private mutating func advance(_ count: Int) {
        taken += count
        position += count
    }
}
