/// The message that a decoder is reading, in the caller's memory, and where it is in it.
///
/// Its methods are what ``GobField/gobDecode(_:from:)`` is made of. Nothing it reads is trusted: every length is
/// compared with what is left of the message first.
public struct GobReader: ~Copyable, @unchecked Sendable {
    // Sendable because between two calls of the decoder it holds no pointers but those to the plans, which it owns.
    @usableFromInline var base = UnsafeRawPointer(GobPlan.empty.entries)
    /// The offset of the next byte.
    @usableFromInline var position = 0
    /// The offset at which the current message ends.
    @usableFromInline var end = 0
    /// How many bytes there are; other messages may follow the current one.
    @usableFromInline var available = 0

    /// The remote fields of the struct that is being read.
    @usableFromInline var plan = GobPlan.empty
    /// The number of the remote field read last.
    @usableFromInline var remoteField = -1
    /// Its type.
    @usableFromInline var remoteType = GobTypeID(0)
    /// The position of the local field that receives it; -1 at the end of the struct.
    @usableFromInline var targetIndex = -1
    /// The position of the local field visited last.
    @usableFromInline var localIndex = -1

    @usableFromInline var depth = 0
    /// How many bytes the current value made us allocate.
    @usableFromInline var allocated = 0
    @usableFromInline var failure: GobError?

    @usableFromInline let limits: GobLimits
    /// The types that the stream defined.
    public internal(set) var types = GobTypes()
    @usableFromInline var plans = GobPlanCache()
    /// The types defined inside the value that is being read; forgotten if the value has to be read again.
    var definedInValue: [GobTypeID] = []
    /// How many bytes the definitions took.
    var definitionBytes = 0
    /// How many bytes of the value have been read in vain, as it went on in messages that were not there.
    var readInVain = 0
    /// How many bytes there must be before it is worth to read the value again that was incomplete.
    @usableFromInline var wanted = 0
    /// Where the value that is being read began.
    @usableFromInline var valueStart = 0

    init(limits: GobLimits) {
        self.limits = limits
    }

    /// How many bytes are left of the current message.
    @inlinable public var remaining: Int { end &- position }
}

// MARK: - Numbers and bytes

extension GobReader {
    /// Reads an unsigned integer.
    @inlinable
    @inline(__always)
    public mutating func readUInt() throws(GobError) -> UInt64 {
        guard position < end else { throw GobError.truncated }
        let first = base.load(fromByteOffset: position, as: UInt8.self)
        position &+= 1
        if first < 128 { return UInt64(truncatingIfNeeded: first) }
        return try readLongUInt(first)
    }

    @inlinable
    mutating func readLongUInt(_ first: UInt8) throws(GobError) -> UInt64 {
        let width = 256 &- Int(truncatingIfNeeded: first)
        guard width <= 8 else { throw GobError.integerTooLong }
        guard width <= end &- position else { throw GobError.truncated }
        let value: UInt64
        if end &- position >= 8 {
            let word = base.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            value = word.bigEndian &>> UInt64(truncatingIfNeeded: 64 &- width &* 8)
        } else {
            var bytes: UInt64 = 0
            for offset in 0..<width {
                let byte = base.load(fromByteOffset: position &+ offset, as: UInt8.self)
                bytes = bytes &<< 8 | UInt64(truncatingIfNeeded: byte)
            }
            value = bytes
        }
        position &+= width
        return value
    }

    /// Reads a signed integer.
    @inlinable
    @inline(__always)
    public mutating func readInt() throws(GobError) -> Int64 {
        let bits = try readUInt()
        return Int64(bitPattern: bits &>> 1) ^ -Int64(bitPattern: bits & 1)
    }

    /// Reads a floating-point number.
    @inlinable
    public mutating func readFloat() throws(GobError) -> Double {
        Double(bitPattern: try readUInt().byteSwapped)
    }

    /// Reads a count of bytes and passes over that many; the bytes lie before the new position.
    @inlinable
    @inline(__always)
    public mutating func readByteCount() throws(GobError) -> Int {
        let count = try readUInt()
        guard count <= UInt64(truncatingIfNeeded: end &- position) else { throw lengthError(count) }
        position &+= Int(truncatingIfNeeded: count)
        return Int(truncatingIfNeeded: count)
    }

    /// Reads a count of bytes and lends that many.
    @inlinable
    public mutating func readBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws(GobError) -> Result
    ) throws(GobError) -> Result {
        let count = try readByteCount()
        return try body(UnsafeRawBufferPointer(start: base + (position &- count), count: count))
    }

    /// Reads a string; what is not UTF-8 is replaced by U+FFFD.
    @inlinable
    public mutating func readString() throws(GobError) -> String {
        let count = try readByteCount()
        try allocate(count)
        let bytes = UnsafeRawBufferPointer(start: base + (position &- count), count: count)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Accounts for memory that a value is about to take.
    @inlinable
    @inline(__always)
    public mutating func allocate(_ bytes: Int) throws(GobError) {
        allocated &+= bytes
        guard allocated <= limits.allocatedBytes else { throw allocationError() }
    }
}
