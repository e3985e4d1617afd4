struct GobKeyedDecoding<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let fields: [String: GobValue]
    let codingPath: [any CodingKey]

    var allKeys: [Key] { fields.keys.compactMap { Key(stringValue: $0) } }

    private func field(_ key: some CodingKey) -> GobValue? {
        fields[key.stringValue] ?? fields[GobCodingKey.fieldName(key)]
    }

    private func decoder(_ key: some CodingKey) -> GobValueDecoder {
        GobValueDecoder(field(key), codingPath + [key])
    }

    func contains(_ key: Key) -> Bool { field(key) != nil }

    func decodeNil(forKey key: Key) -> Bool { decoder(key).value == nil }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try decoder(key).unwrap(type)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try decoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder(key).unkeyedContainer()
    }

    func superDecoder() -> any Decoder { decoder(GobCodingKey(stringValue: "super")) }

    func superDecoder(forKey key: Key) -> any Decoder { decoder(key) }
}

struct GobListDecoding: UnkeyedDecodingContainer {
    let elements: [GobValue]
    let codingPath: [any CodingKey]
    var currentIndex = 0

    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex >= elements.count }

    private mutating func next() throws -> GobValueDecoder {
        let path = codingPath + [GobCodingKey(intValue: currentIndex)]
        guard !isAtEnd else {
            let context = DecodingError.Context(codingPath: path, debugDescription: "no more elements")
            throw DecodingError.valueNotFound(GobValue.self, context)
        }
        defer { currentIndex += 1 }
        return GobValueDecoder(elements[currentIndex], path)
    }

    mutating func decodeNil() -> Bool {
        guard !isAtEnd, case .nilInterface = elements[currentIndex] else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try next().unwrap(type)
    }

    mutating func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        try next().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try next().unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder {
        try next()
    }
}

struct GobSingleDecoding: SingleValueDecodingContainer {
    let decoder: GobValueDecoder
    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool { decoder.value == nil }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try decoder.unwrap(type)
    }
}
