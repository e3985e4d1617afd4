extension GobReader {
    /// Reads a value of any type.
    mutating func readValue(_ type: GobTypeID) throws(GobError) -> GobValue {
        try allocate(MemoryLayout<GobValue>.stride)
        switch type {
        case .bool: return .bool(try readUInt() != 0)
        case .int: return .int(try readInt())
        case .uint: return .uint(try readUInt())
        case .float: return .float(try readFloat())
        case .complex: return .complex(real: try readFloat(), imaginary: try readFloat())
        case .bytes: return .bytes(try readByteArray())
        case .string: return try readStringValue()
        case .interface:
            guard let (name, value) = try readInterface() else { return .nilInterface }
            return .interface(name: name, value: value)
        default:
            try enter()
            let value = try readDefinedValue(type)
            leave()
            return value
        }
    }

    private mutating func readStringValue() throws(GobError) -> GobValue {
        let bytes = try readByteArray()
        return String(validating: bytes, as: UTF8.self).map { .string($0) } ?? .rawString(bytes)
    }

    private mutating func readDefinedValue(_ type: GobTypeID) throws(GobError) -> GobValue {
        switch types[type] {
        case .opaque(_, let name):
            return .opaque(type: type, name: name, bytes: try readByteArray())
        case .array(_, let element, let length):
            let count = try readElementCount()
            guard count == length else { throw GobError.arrayLength(count, length) }
            return .array(type: type, elements: try readValues(count, element))
        case .slice(_, let element):
            let count = try readElementCount()
            return .slice(type: type, elements: try readValues(count, element))
        case .map(_, let key, let element):
            var pairs: [GobValuePair] = []
            for _ in 0..<(try readElementCount(bytesPerElement: 2)) {
                pairs.append(GobValuePair(try readValue(key), try readValue(element)))
            }
            return .map(type: type, pairs: pairs)
        case .structure(let name, let fields):
            return .structure(type: type, name: name, fields: try readFieldValues(fields))
        case nil:
            throw GobError(.corrupted, "value of \(type), which the stream has not defined")
        }
    }

    private mutating func readValues(_ count: Int, _ element: GobTypeID) throws(GobError) -> [GobValue] {
        var elements: [GobValue] = []
        for _ in 0..<count { elements.append(try readValue(element)) }
        return elements
    }

    private mutating func readFieldValues(_ fields: [GobWireField]) throws(GobError) -> [GobValueField] {
        var values: [GobValueField] = []
        var number = -1
        while true {
            let delta = try readUInt()
            if delta == 0 { return values }
            guard delta < UInt64(fields.count &- number) else {
                throw GobError(.corrupted, "field number \(number) + \(delta) of \(fields.count) fields")
            }
            number &+= Int(delta)
            try allocate(MemoryLayout<GobValueField>.stride)
            values.append(GobValueField(fields[number].name, try readValue(fields[number].type)))
        }
    }

    /// Reads what an interface holds; nil where it holds nothing.
    mutating func readInterface() throws(GobError) -> (name: String, value: GobValue)? {
        let name = try readString()
        if name.isEmpty { return nil }
        try enter()
        let type = try readConcreteType()
        let value = try readTopLevelValue(type)
        leave()
        return (name, value)
    }

    /// Reads a value that is framed like a top-level one.
    mutating func readTopLevelValue(_ type: GobTypeID) throws(GobError) -> GobValue {
        if !types.isStruct(type) { try readSingletonMark() }
        return try readValue(type)
    }
}

extension GobDecoder {
    /// Decodes the next value, whatever its type, if all of it is there.
    public mutating func decode(
        into document: inout GobDocument, from bytes: RawSpan
    ) throws(GobError) -> GobDecodeResult {
        try bytes.withUnsafeBytes { pointer throws(GobError) in
            guard let remote = try begin(pointer) else { return .needsMore(consumed: reader.position) }
            do throws(GobError) {
                let value = try reader.readTopLevelValue(remote)
                document = GobDocument(value, types: reader.types)
            } catch {
                return try refuse(error, remote)
            }
            return .value(consumed: finish())
        }
    }
}
