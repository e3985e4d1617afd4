/// The bytes of the messages that an encoder has written, and where it is in the message it is writing.
///
/// Its methods are what ``GobField/gobEncode(to:)`` is made of.
public struct GobWriter: ~Copyable, @unchecked Sendable {
    // Sendable because it alone owns the memory, which `deinit` frees and no pointer to which leaves a scope.
    @usableFromInline var base: UnsafeMutableRawPointer
    @usableFromInline var capacity: Int
    /// The memory of its own, for the time that it writes into memory of a caller's.
    private var ownMemory: UnsafeMutableRawBufferPointer?
    /// How many bytes are written, over all messages.
    @usableFromInline var count = 0

    /// Where the message that is being written starts; the first bytes are kept free for its length.
    @usableFromInline var messageStart = 0
    /// How many bytes are kept free there.
    @usableFromInline var prefixWidth = 1

    /// The number of the field visited last, of the struct that is being written.
    @usableFromInline var fieldNumber = -1
    /// The number of the field written last.
    @usableFromInline var writtenField = -1
    @usableFromInline var depth = 0
    /// The bytes that ``GobText`` values refer to, for the time of one `encode`.
    @usableFromInline var textSource = UnsafeRawBufferPointer(start: nil, count: 0)

    /// The first failure; what is written after it is dropped with the message.
    @usableFromInline var failure: GobError?
    /// Whether the message that is being written defines types.
    @usableFromInline var definedInside = false
    @usableFromInline let limits: GobLimits
    var types: GobSentTypes
    /// The ids of the document that is being written, or was last.
    var translation = GobTranslation(GobTypes())

    init(limits: GobLimits, firstTypeID: GobTypeID) {
        capacity = 512
        base = .allocate(byteCount: capacity, alignment: 16)
        self.limits = limits
        types = GobSentTypes(first: firstTypeID)
    }

    @inlinable
    deinit {
        base.deallocate()
    }

    /// Makes room for `extra` more bytes.
    @inlinable
    @inline(__always)
    mutating func reserve(_ extra: Int) {
        if capacity &- count < extra { grow(extra) }
    }

    @usableFromInline
    @inline(never)
    mutating func grow(_ extra: Int) {
        let wanted = max(capacity * 2, count + extra)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: wanted, alignment: 16)
        larger.copyMemory(from: base, byteCount: count)
        (ownMemory?.baseAddress ?? base).deallocate()
        ownMemory = nil
        base = larger
        capacity = wanted
    }

    /// Writes into `memory` from now on, for as long as it suffices; the buffer must be empty.
    mutating func borrow(_ memory: UnsafeMutableRawBufferPointer) {
        guard count == 0, ownMemory == nil, let start = memory.baseAddress else { return }
        ownMemory = UnsafeMutableRawBufferPointer(start: base, count: capacity)
        (base, capacity) = (start, memory.count)
    }

    /// Goes back to memory of its own; returns how many bytes are in what it borrowed, nil where that did not suffice.
    mutating func giveBack() -> Int? {
        guard let own = ownMemory, let start = own.baseAddress else { return nil }
        defer { (base, capacity, count, ownMemory) = (start, own.count, 0, nil) }
        return count
    }

    /// Gives memory beyond `kept` bytes back; the buffer must be empty.
    mutating func shrink(to kept: Int) {
        guard count == 0, capacity > kept else { return }
        base.deallocate()
        capacity = max(kept, 64)
        base = .allocate(byteCount: capacity, alignment: 16)
    }

    /// Notes why the value cannot be sent; the message is then dropped as a whole.
    public mutating func fail(_ error: GobError) {
        if failure == nil { failure = error }
    }
}

// MARK: - Numbers and bytes

extension GobWriter {
    /// Appends an unsigned integer: one byte below 128, else its length, negated, and its bytes, high byte first.
    @inlinable
    @inline(__always)
    public mutating func writeUInt(_ value: UInt64) {
        reserve(9)
        if value < 128 {
            base.storeBytes(of: UInt8(truncatingIfNeeded: value), toByteOffset: count, as: UInt8.self)
            count &+= 1
            return
        }
        let leading = value.leadingZeroBitCount >> 3
        base.storeBytes(of: UInt8(truncatingIfNeeded: leading &- 8), toByteOffset: count, as: UInt8.self)
        let shifted = value &<< UInt64(truncatingIfNeeded: leading &* 8)
        base.storeBytes(of: shifted.bigEndian, toByteOffset: count &+ 1, as: UInt64.self)
        count &+= 9 &- leading
    }

    /// Appends a signed integer: shifted left by one, complemented where negative, the low bit saying so.
    @inlinable
    @inline(__always)
    public mutating func writeInt(_ value: Int64) {
        writeUInt(UInt64(bitPattern: (value &<< 1) ^ (value &>> 63)))
    }

    /// Appends a floating-point number: the bytes of its 64 bits in reverse, as an unsigned integer.
    @inlinable
    @inline(__always)
    public mutating func writeFloat(_ value: Double) {
        writeUInt(value.bitPattern.byteSwapped)
    }

    /// Appends a count and that many bytes: the form of strings, byte slices and opaque values.
    @inlinable
    public mutating func writeBytes(_ bytes: UnsafeRawBufferPointer) {
        if bytes.count >= 4096 { widenPrefix(for: bytes.count) }
        writeUInt(UInt64(truncatingIfNeeded: bytes.count))
        appendRaw(bytes)
    }

    /// Appends bytes as they are.
    @inlinable
    mutating func appendRaw(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress, bytes.count > 0 else { return }
        reserve(bytes.count)
        (base + count).copyMemory(from: start, byteCount: bytes.count)
        count &+= bytes.count
    }

    /// Appends a string.
    @inlinable
    public mutating func writeString(_ text: String) {
        let isContiguous: Void? = text.utf8.withContiguousStorageIfAvailable {
            writeBytes(UnsafeRawBufferPointer($0))
        }
        if isContiguous == nil { writeBridged(text) }
    }

    /// The slow way, for strings bridged from Objective-C.
    @usableFromInline
    @inline(never)
    mutating func writeBridged(_ text: String) {
        Array(text.utf8).withUnsafeBytes { writeBytes($0) }
    }
}
