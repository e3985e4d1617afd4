extension GobDocument {
    /// Takes an `Encodable` value as a document.
    ///
    /// For values off the hot path: the types are found from the value itself. Structs become structs whose field names
    /// begin with an upper-case letter, dictionaries with string keys maps, `[UInt8]` bytes; what is nil or an empty
    /// array is left out.
    public init(encodable value: some Encodable) throws {
        let node = try GobNode(encoding: value)
        var inference = GobShapeInference()
        let shape = try inference.shape(of: node)
        let type = inference.define(shape)
        self.init(inference.value(of: node, shape, type), types: inference.types)
    }

    /// Reads the document into a `Decodable` value.
    ///
    /// Fields are matched by name, with or without an upper-case first letter. A field that is missing is zero, as gob
    /// leaves out zero values, or nil where the type is optional.
    public func decode<Value: Decodable>(decodable type: Value.Type = Value.self) throws -> Value {
        try GobValueDecoder(value, []).unwrap(type)
    }
}

/// The name of a coding key, or a position.
struct GobCodingKey: CodingKey {
    var stringValue: String
    var intValue: Int?

    init(stringValue: String) { self.stringValue = stringValue }

    init(intValue: Int) {
        self.stringValue = intValue.description
        self.intValue = intValue
    }

    /// The key as the name of a Go field.
    static func fieldName(_ key: some CodingKey) -> String {
        let name = key.stringValue
        guard let first = name.first else { return name }
        return first.uppercased() + name.dropFirst()
    }
}

/// A dictionary with string keys, which `Encoder` does not tell from a struct.
protocol GobStringMap {}

extension Dictionary: GobStringMap where Key == String {}
