/// Go's maps.
extension Dictionary: GobField where Key: GobField, Value: GobField {
    /// The empty map.
    @inlinable public static var gobZero: [Key: Value] { [:] }
    /// `map[K]V`.
    public static var gobTypeName: String { "map[\(Key.gobTypeName)]\(Value.gobTypeName)" }
    /// Whether it is empty; Go sends an empty map that is not nil, which Swift does not tell apart.
    @inlinable public var gobIsZero: Bool { isEmpty }

    /// Adds the map after its keys and values.
    public static func gobDescribe(in types: inout GobTypeDescriber, as naming: GobNaming) -> GobTypeID {
        types.describe(Self.self) { types in
            let key = Key.gobDescribe(in: &types, as: .anonymous)
            let element = Value.gobDescribe(in: &types, as: .anonymous)
            return .map(name: naming.name(notation: gobTypeName), key: key, element: element)
        }
    }

    /// Whether the remote type is a map whose keys and values can be received.
    public static func gobAccepts(_ remote: GobTypeID, in types: GobTypes) -> Bool {
        guard case .map(_, let key, let element) = types[remote] else { return false }
        return Key.gobAccepts(key, in: types) && Value.gobAccepts(element, in: types)
    }

    /// Appends the count and the pairs, in no particular order.
    @inlinable
    public func gobEncode(to writer: inout GobWriter) {
        writer.writeUInt(UInt64(truncatingIfNeeded: count))
        for (key, value) in self {
            key.gobEncode(to: &writer)
            value.gobEncode(to: &writer)
        }
    }

    /// Reads the pairs and adds them to those that are there, as Go does.
    @inlinable
    public mutating func gobDecode(_ remote: GobTypeID, from reader: inout GobReader) throws(GobError) {
        let count = try reader.readElementCount(bytesPerElement: 2)
        let (keyType, elementType) = try reader.pairTypes(of: remote)
        try reader.enter()
        let stride = MemoryLayout<Key>.stride &+ MemoryLayout<Value>.stride
        reserveCapacity(reader.reservable(count, stride: stride))
        for _ in 0..<count {
            try reader.allocate(stride)
            var key = Key.gobZero
            try key.gobDecode(keyType, from: &reader)
            var value = Value.gobZero
            try value.gobDecode(elementType, from: &reader)
            self[key] = value
        }
        reader.leave()
    }
}

extension GobReader {
    /// The types of a map's keys and values.
    @usableFromInline
    func pairTypes(of type: GobTypeID) throws(GobError) -> (GobTypeID, GobTypeID) {
        guard case .map(_, let key, let element) = types[type] else { throw mismatch(type, "a map") }
        return (key, element)
    }
}
