/// Lends a value to a `Decodable` type.
struct GobValueDecoder: Decoder {
    /// The value; nil where the peer left it out.
    let value: GobValue?
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    init(_ value: GobValue?, _ path: [any CodingKey]) {
        var value = value
        while case .interface(_, let held) = value { value = held }
        if case .nilInterface = value { value = nil }
        self.value = value
        codingPath = path
    }

    /// The value as a type; zero where it is missing.
    func unwrap<Result: Decodable>(_ type: Result.Type) throws -> Result {
        if let basic = try basic(type) { return basic }
        guard codingPath.count < 200 else {
            throw DecodingError.dataCorrupted(context("nested deeper than 200"))
        }
        return try Result(from: self)
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        var fields: [String: GobValue] = [:]
        switch value {
        case .structure(_, _, let sent):
            for field in sent { fields[field.name] = field.value }
        case .map(_, let pairs):
            for pair in pairs {
                guard case .string(let key) = pair.key else { throw mismatch(String.self) }
                fields[key] = pair.value
            }
        case nil: break
        default: throw mismatch([String: Any].self)
        }
        return KeyedDecodingContainer(GobKeyedDecoding(fields: fields, codingPath: codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        switch value {
        case .array(_, let elements), .slice(_, let elements):
            return GobListDecoding(elements: elements, codingPath: codingPath)
        case .bytes(let bytes):
            return GobListDecoding(elements: bytes.map { .uint(UInt64($0)) }, codingPath: codingPath)
        case nil: return GobListDecoding(elements: [], codingPath: codingPath)
        default: throw mismatch([Any].self)
        }
    }

    func singleValueContainer() -> any SingleValueDecodingContainer {
        GobSingleDecoding(decoder: self)
    }

    func mismatch(_ type: Any.Type) -> DecodingError {
        .typeMismatch(type, context("cannot receive \(value?.description.prefix(100) ?? "nothing")"))
    }

    private func context(_ text: String) -> DecodingError.Context {
        DecodingError.Context(codingPath: codingPath, debugDescription: text)
    }

    /// A number, text or truth value; nil where the type is none of them.
    private func basic<Result>(_ type: Result.Type) throws -> Result? {
        switch type {
        case is Bool.Type:
            guard case .bool(let flag) = value ?? .bool(false) else { throw mismatch(type) }
            return flag as? Result
        case is String.Type:
            if case .rawString(let bytes) = value { return String(decoding: bytes, as: UTF8.self) as? Result }
            guard case .string(let text) = value ?? .string("") else { throw mismatch(type) }
            return text as? Result
        case is Double.Type, is Float.Type:
            guard case .float(let number) = value ?? .float(0) else { throw mismatch(type) }
            if type is Double.Type { return number as? Result }
            return Float(number) as? Result
        case is [UInt8].Type:
            guard case .bytes(let bytes) = value ?? .bytes([]) else { throw mismatch(type) }
            return bytes as? Result
        case let type as any FixedWidthInteger.Type: return try integer(type) as? Result
        default: return nil
        }
    }

    private func integer<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Number {
        let exact: Number?
        switch value {
        case .int(let number) where Number.isSigned: exact = Number(exactly: number)
        case .uint(let number) where !Number.isSigned: exact = Number(exactly: number)
        case nil: exact = 0
        default: throw mismatch(type)
        }
        guard let exact else { throw mismatch(type) }
        return exact
    }
}
