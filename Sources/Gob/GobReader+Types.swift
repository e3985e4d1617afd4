extension GobReader {
    /// Reads a type definition after its id.
    mutating func readDefinition(_ negated: Int64) throws(GobError) {
        guard negated >= -Int64(Int32.max), negated <= -Int64(GobTypeID.firstUser.rawValue) else {
            throw GobError(.corrupted, "type definition for the reserved id \(negated)")
        }
        let id = GobTypeID(Int32(-negated))
        guard types[id] == nil else { throw GobError(.corrupted, "\(id) is defined twice") }
        guard types.count < limits.types else {
            throw GobError(.limitExceeded, "the stream defines more than \(limits.types) types (GobLimits.types)")
        }
        let start = position
        var definition = GobWireTypeDefinition()
        try readFields(of: &definition, remote: .wireType)
        definitionBytes += position - start
        guard definitionBytes <= limits.definitionBytes else {
            let limit = "\(limits.definitionBytes) bytes (GobLimits.definitionBytes)"
            throw GobError(.limitExceeded, "the definitions of the stream's types take more than \(limit)")
        }
        types.define(id, as: try definition.wireType())
        definedInValue.append(id)
    }

    /// Reads the type sequence of an interface's value, and the length that follows; returns the value's type.
    ///
    /// A definition inside a value ends the current message (of the stream or of an enclosing interface), and the value
    /// goes on in the next.
    mutating func readConcreteType() throws(GobError) -> GobTypeID {
        while true {
            let id = try readInt()
            if id >= 0 {
                guard let id = Int32(exactly: id) else { throw GobError(.corrupted, "type id \(id)") }
                _ = try readUInt()
                return GobTypeID(id)
            }
            try readDefinition(id)
            if position < end {
                _ = try readUInt()
            } else {
                try enterNextMessage()
            }
        }
    }

    /// Goes on to the message that follows the current one.
    mutating func enterNextMessage() throws(GobError) {
        wanted = available - valueStart + 1
        guard let length = try readMessageLength() else { throw .valueGoesOn }
        guard position - valueStart + length <= limits.messageBytes else { throw messageError(length) }
        wanted = position - valueStart + length
        guard length <= available - position else { throw .valueGoesOn }
        wanted = 0
        end = position + length
    }

    /// Reads the length of a message; nil, and nothing is read, where not all of its bytes are there yet.
    @inlinable
    mutating func readMessageLength() throws(GobError) -> Int? {
        guard position < available else { return nil }
        let first = base.load(fromByteOffset: position, as: UInt8.self)
        var length = UInt64(truncatingIfNeeded: first)
        var width = 1
        if first >= 128 {
            width = 257 &- Int(truncatingIfNeeded: first)
            guard width <= 9 else { throw GobError.integerTooLong }
            guard width <= available &- position else { return nil }
            length = 0
            for offset in 1..<width {
                let byte = base.load(fromByteOffset: position &+ offset, as: UInt8.self)
                length = length &<< 8 | UInt64(truncatingIfNeeded: byte)
            }
        }
        guard length <= UInt64(truncatingIfNeeded: limits.messageBytes) else { throw messageError(length) }
        position &+= width
        return Int(truncatingIfNeeded: length)
    }

    @usableFromInline
    @inline(never)
    func messageError(_ length: some BinaryInteger) -> GobError {
        GobError(
            .limitExceeded,
            "a message of \(length) bytes exceeds \(limits.messageBytes) (GobLimits.messageBytes)")
    }

    /// Forgets the types that the value being read has defined, as it will be read again.
    mutating func rollBackTypes() {
        guard !definedInValue.isEmpty else { return }
        for id in definedInValue { types.remove(id) }
        plans.remove(Set(definedInValue))
        definedInValue.removeAll()
    }
}
