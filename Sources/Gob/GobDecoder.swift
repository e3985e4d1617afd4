/// What became of an attempt to decode a value.
@frozen
public enum GobDecodeResult: Hashable, Sendable {
    /// The value was decoded; it and what preceded it took so many bytes.
    case value(consumed: Int)
    /// The value is not complete. `consumed` bytes are done with; call again with the rest and at least one more.
    case needsMore(consumed: Int)
}

/// Reads values from a stream of gobs, in place.
///
/// One decoder belongs to one stream, whose types it remembers. It keeps no bytes: the caller gathers them, hands all of
/// them in, and drops as many as the result says.
public struct GobDecoder: ~Copyable, Sendable {
    @usableFromInline var reader: GobReader

    /// Creates the decoder of a new stream.
    public init(limits: GobLimits = GobLimits()) {
        reader = GobReader(limits: limits)
    }

    /// The types that the stream has defined so far.
    public var types: GobTypes { reader.types }

    /// Decodes the next value if all of it is there.
    ///
    /// Fields that the peer did not send keep the value they have. ``GobText`` fields receive their place in `bytes`.
    @inlinable
    public mutating func decode<Value: GobField>(
        into value: inout Value, from bytes: RawSpan
    ) throws(GobError) -> GobDecodeResult {
        try bytes.withUnsafeBytes { pointer throws(GobError) in try decode(into: &value, from: pointer) }
    }

    /// Decodes the next value if all of it is there.
    @inlinable
    public mutating func decode<Value: GobField>(
        into value: inout Value, from bytes: UnsafeRawBufferPointer
    ) throws(GobError) -> GobDecodeResult {
        guard let remote = try begin(bytes) else { return .needsMore(consumed: reader.position) }
        do throws(GobError) {
            if Value.gobIsStruct {
                try value.gobDecode(remote, from: &reader)
            } else {
                try checkType(Value.self, remote)
                try reader.readSingletonMark()
                try value.gobDecode(remote, from: &reader)
            }
        } catch {
            return try refuse(error, remote)
        }
        return .value(consumed: finish())
    }

    /// Passes over the next value, whatever its type, if all of it is there.
    public mutating func skip(from bytes: RawSpan) throws(GobError) -> GobDecodeResult {
        try bytes.withUnsafeBytes { pointer throws(GobError) in
            guard let remote = try begin(pointer) else { return .needsMore(consumed: reader.position) }
            do throws(GobError) {
                try reader.skipTopLevel(remote)
            } catch {
                return try refuse(error, remote)
            }
            return .value(consumed: finish())
        }
    }

    /// Reads up to the start of the next value and returns its type; nil where not all of its message is there.
    @inlinable
    mutating func begin(_ bytes: UnsafeRawBufferPointer) throws(GobError) -> GobTypeID? {
        guard let start = bytes.baseAddress, bytes.count >= reader.wanted else {
            reader.position = 0
            return nil
        }
        reader.base = start
        reader.position = 0
        reader.available = bytes.count
        reader.wanted = 0
        reader.depth = 0
        reader.allocated = 0
        while true {
            let messageStart = reader.position
            guard let length = try reader.readMessageLength(), length <= reader.available &- reader.position else {
                reader.position = messageStart
                return nil
            }
            reader.end = reader.position &+ length
            reader.valueStart = messageStart
            let id = try reader.readInt()
            if id >= 0 {
                guard id <= Int64(Int32.max) else { throw GobError(.corrupted, "type id \(id)") }
                return GobTypeID(rawValue: Int32(truncatingIfNeeded: id))
            }
            try define(id)
        }
    }
}
