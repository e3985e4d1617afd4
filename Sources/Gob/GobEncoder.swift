/// Writes values as a stream of gobs.
///
/// One encoder belongs to one stream: it sends the definition of a type before the first value of that type, and never
/// again. Messages gather in a buffer that the caller empties:
///
/// ```swift
/// try encoder.encode(request)
/// encoder.withUnsafeBytes { buffer.writeBytes($0) }
/// encoder.removeAll()
/// ```
public struct GobEncoder: ~Copyable, Sendable {
    @usableFromInline var writer: GobWriter

    /// Creates the encoder of a new stream.
    ///
    /// - Parameters:
    ///   - limits: only the nesting is used.
    ///   - firstTypeID: the id of the first type that is defined. Go starts with 65 or later.
    public init(limits: GobLimits = GobLimits(), firstTypeID: GobTypeID = GobTypeID(rawValue: 65)) {
        writer = GobWriter(limits: limits, firstTypeID: firstTypeID)
    }

    /// How many bytes are waiting to be taken.
    @inlinable public var count: Int { writer.count }

    /// Lends the bytes of all messages since the last ``removeAll(keepingCapacity:)``.
    @inlinable
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: writer.base, count: writer.count))
    }

    /// Lends the bytes of all messages since the last ``removeAll(keepingCapacity:)``.
    @inlinable
    public func withBytes<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let bytes = UnsafeRawBufferPointer(start: writer.base, count: writer.count)
        return try body(bytes.bytes)
    }

    /// Drops the messages, which the caller has taken.
    ///
    /// - Parameter keepingCapacity: how many bytes of memory to keep for the next messages.
    @inlinable
    public mutating func removeAll(keepingCapacity: Int = 4 << 20) {
        writer.count = 0
        if writer.capacity > keepingCapacity { release(keepingCapacity) }
    }

    @usableFromInline
    mutating func release(_ kept: Int) {
        writer.shrink(to: kept)
    }

    /// Appends a value, and before it the definitions of types that the stream does not know yet.
    ///
    /// After an error nothing of the value is in the buffer (definitions may be), and the stream can go on.
    @inlinable
    public mutating func encode<Value: GobField>(_ value: Value) throws(GobError) {
        let id = typeID(of: Value.self)
        let start = writer.count
        writer.beginMessage()
        writer.writeInt(Int64(id.rawValue))
        // gob: encoding details: a value that is not a struct is sent like a field with delta 0.
        if !Value.gobIsStruct { writer.writeUInt(0) }
        value.gobEncode(to: &writer)
        if writer.failure != nil { throw abandon(from: start) }
        writer.endMessage()
        if writer.definedInside { writer.keepDefinitions() }
    }

    /// Writes what `body` encodes straight into `memory`, which spares a large value a copy; nothing must be waiting.
    ///
    /// - Returns: the number of bytes written there; 0 where it did not suffice: then they are waiting as always.
    public mutating func encode(
        into memory: UnsafeMutableRawBufferPointer, _ body: (inout GobEncoder) throws(GobError) -> Void
    ) throws(GobError) -> Int {
        writer.borrow(memory)
        do throws(GobError) {
            try body(&self)
        } catch {
            _ = writer.giveBack()
            throw error
        }
        return writer.giveBack() ?? 0
    }

    /// Appends a value whose ``GobText`` fields refer to `text`, the bytes that they were decoded from.
    @inlinable
    public mutating func encode<Value: GobField>(_ value: Value, textIn text: RawSpan) throws(GobError) {
        try text.withUnsafeBytes { bytes throws(GobError) in
            writer.textSource = bytes
            defer { writer.textSource = UnsafeRawBufferPointer(start: nil, count: 0) }
            try encode(value)
        }
    }

    /// Appends a string made of `prefix` and `text`, without making the string.
    @inlinable
    public mutating func encodeString(_ prefix: String, appending text: RawSpan) {
        let prefixCount = prefix.utf8.count
        writer.beginMessage()
        writer.writeInt(Int64(GobTypeID.string.rawValue))
        writer.writeUInt(0)
        writer.widenPrefix(for: prefixCount &+ text.byteCount)
        writer.writeUInt(UInt64(truncatingIfNeeded: prefixCount &+ text.byteCount))
        var prefix = prefix
        prefix.withUTF8 { writer.appendRaw(UnsafeRawBufferPointer($0)) }
        text.withUnsafeBytes { writer.appendRaw($0) }
        writer.endMessage()
    }

    @inlinable
    mutating func typeID<Value: GobField>(of type: Value.Type) -> GobTypeID {
        if let id = knownID(ObjectIdentifier(type)) { return id }
        return sendTypes(of: type)
    }

    @usableFromInline
    mutating func knownID(_ type: ObjectIdentifier) -> GobTypeID? {
        writer.types.id(of: type)
    }

    /// Sends the definitions that a type needs, each as a message of its own.
    @usableFromInline
    @inline(never)
    mutating func sendTypes<Value: GobField>(of type: Value.Type) -> GobTypeID {
        let id = Value.gobDescribe(in: &writer.types.describer, as: .declared)
        for unsent in writer.types.takeUnsent(id) { writer.writeDefinitionMessage(unsent) }
        writer.types.remember(ObjectIdentifier(type), id)
        return id
    }

    /// Drops what was written from `start` on, and says why.
    @usableFromInline
    @inline(never)
    mutating func abandon(from start: Int) -> GobError {
        writer.abandonMessage(from: start)
    }
}
