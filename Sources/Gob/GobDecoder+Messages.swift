extension GobDecoder {
    /// Reads a type definition that is a message of its own.
    @usableFromInline
    @inline(never)
    mutating func define(_ negatedID: Int64) throws(GobError) {
        reader.failure = nil
        try reader.readDefinition(negatedID)
        reader.definedInValue.removeAll()
        guard reader.position == reader.end else {
            throw GobError(.corrupted, "\(reader.remaining) bytes after a type definition")
        }
    }

    @usableFromInline
    @inline(never)
    func checkType<Value: GobField>(_ type: Value.Type, _ remote: GobTypeID) throws(GobError) {
        guard Value.gobAccepts(remote, in: reader.types) else { throw reader.mismatch(remote, Value.self) }
    }

    /// Ends a value; returns how many bytes it and what preceded it took.
    ///
    /// Bytes left in its last message are passed over, as Go does.
    @inlinable
    mutating func finish() -> Int {
        if !reader.definedInValueIsEmpty { reader.keepTypes() }
        return reader.end
    }

    /// Deals with a value that could not be decoded.
    ///
    /// A value that goes on in a message that is not there yet is read again from its start. A value that does not fit
    /// is passed over, so that its types become known and the stream can go on.
    @usableFromInline
    @inline(never)
    mutating func refuse(_ error: GobError, _ remote: GobTypeID) throws(GobError) -> GobDecodeResult {
        var error = error
        reader.failure = nil
        reader.rollBackTypes()
        if error.code == .incomplete { return try awaitMore() }
        do throws(GobError) {
            try reader.restartValue()
            try reader.skipTopLevel(remote)
            reader.keepTypes()
            error.resumeOffset = reader.end
        } catch let skipping {
            reader.rollBackTypes()
            if skipping.code == .incomplete { return try awaitMore() }
        }
        throw error
    }

    /// Has the value read again when more of it is there, unless that was done too often.
    private mutating func awaitMore() throws(GobError) -> GobDecodeResult {
        let length = reader.position - reader.valueStart
        reader.readInVain += length
        guard reader.readInVain - (1 << 20) <= length * reader.limits.rereads else {
            throw GobError(
                .limitExceeded,
                "a value would be read again more than \(reader.limits.rereads) times its length (GobLimits.rereads)")
        }
        return .needsMore(consumed: reader.valueStart)
    }
}

extension GobReader {
    @usableFromInline var definedInValueIsEmpty: Bool { definedInValue.isEmpty }

    /// Keeps the types that the value has defined.
    @usableFromInline
    mutating func keepTypes() {
        readInVain = 0
        definedInValue.removeAll()
    }

    /// Goes back to the start of the value, which is behind the length and the type id.
    mutating func restartValue() throws(GobError) {
        position = valueStart
        depth = 0
        allocated = 0
        guard let length = try readMessageLength() else { throw .valueGoesOn }
        end = position + length
        _ = try readInt()
    }
}
