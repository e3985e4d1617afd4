/// What an `Encodable` value has encoded, before its type is known.
indirect enum GobNode {
    case null
    case basic(GobValue)
    case list([GobNode])
    case fields(name: String, [(name: String, node: GobNode)])
    case map([(key: String, node: GobNode)])

    init(encoding value: some Encodable, at path: [any CodingKey] = []) throws {
        if let basic = GobNode.basic(value) {
            self = .basic(basic)
            return
        }
        guard path.count < 200 else {
            throw GobError(.limitExceeded, "cannot send a value nested deeper than 200")
        }
        let encoder = GobNodeEncoder(path, name: "\(type(of: value))", isMap: value is any GobStringMap)
        try value.encode(to: encoder)
        self = encoder.result
    }

    private static func basic(_ value: some Encodable) -> GobValue? {
        switch value {
        case let value as Bool: .bool(value)
        case let value as Int: .int(Int64(value))
        case let value as Int8: .int(Int64(value))
        case let value as Int16: .int(Int64(value))
        case let value as Int32: .int(Int64(value))
        case let value as Int64: .int(value)
        case let value as UInt: .uint(UInt64(value))
        case let value as UInt8: .uint(UInt64(value))
        case let value as UInt16: .uint(UInt64(value))
        case let value as UInt32: .uint(UInt64(value))
        case let value as UInt64: .uint(value)
        case let value as Double: .float(value)
        case let value as Float: .float(Double(value))
        case let value as String: .string(value)
        case let value as [UInt8]: .bytes(value)
        default: nil
        }
    }
}

/// Where the nodes of one container gather.
final class GobNodeEncoder: Encoder {
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }
    private let name: String
    private let isMap: Bool
    /// Set where the value consists of one other value.
    var single: GobNode?
    var fields: [(name: String, node: () -> GobNode)] = []
    var items: [() -> GobNode] = []
    private var isList = false

    init(_ path: [any CodingKey], name: String, isMap: Bool = false) {
        codingPath = path
        self.name = name
        self.isMap = isMap
    }

    var result: GobNode {
        if let single { return single }
        if isList { return .list(items.map { $0() }) }
        if isMap { return .map(fields.map { ($0.name, $0.node()) }) }
        return .fields(name: name, fields.map { ($0.name, $0.node()) })
    }

    func name(_ key: some CodingKey) -> String {
        isMap ? key.stringValue : GobCodingKey.fieldName(key)
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(GobKeyedEncoding(encoder: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        isList = true
        return GobListEncoding(encoder: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        GobSingleEncoding(encoder: self)
    }

    /// An encoder for a container inside this one.
    func nested(_ key: any CodingKey) -> GobNodeEncoder {
        GobNodeEncoder(codingPath + [key], name: key.stringValue)
    }
}

private struct GobKeyedEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: GobNodeEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }

    mutating func encodeNil(forKey key: Key) {}

    mutating func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        let node = try GobNode(encoding: value, at: codingPath + [key])
        encoder.fields.append((encoder.name(key), { node }))
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        superEncoder(forKey: key).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        superEncoder(forKey: key).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
        add(GobCodingKey(stringValue: "super"))
    }

    mutating func superEncoder(forKey key: Key) -> any Encoder {
        add(key)
    }

    private func add(_ key: some CodingKey) -> any Encoder {
        let nested = encoder.nested(key)
        encoder.fields.append((encoder.name(key), { nested.result }))
        return nested
    }
}

private struct GobListEncoding: UnkeyedEncodingContainer {
    let encoder: GobNodeEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }
    var count: Int { encoder.items.count }

    mutating func encodeNil() {
        encoder.items.append { .null }
    }

    mutating func encode<Value: Encodable>(_ value: Value) throws {
        let node = try GobNode(encoding: value, at: codingPath + [GobCodingKey(intValue: count)])
        encoder.items.append { node }
    }

    mutating func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        superEncoder().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        superEncoder().unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
        let nested = encoder.nested(GobCodingKey(intValue: count))
        encoder.items.append { nested.result }
        return nested
    }
}

private struct GobSingleEncoding: SingleValueEncodingContainer {
    let encoder: GobNodeEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }

    mutating func encodeNil() {
        encoder.single = .null
    }

    mutating func encode<Value: Encodable>(_ value: Value) throws {
        encoder.single = try GobNode(encoding: value, at: codingPath)
    }
}
