/// A value of any type that a gob can hold.
///
/// Values of types that a stream defines name their type by its id in the stream; a ``GobDocument`` has the types.
public enum GobValue: Hashable, Sendable {
    /// Go's `bool`.
    case bool(Bool)
    /// A signed integer of any width.
    case int(Int64)
    /// An unsigned integer of any width.
    case uint(UInt64)
    /// A floating-point number of any width.
    case float(Double)
    /// A complex number of any width.
    case complex(real: Double, imaginary: Double)
    /// Go's `[]byte`.
    case bytes([UInt8])
    /// A string that is valid UTF-8.
    case string(String)
    /// A string that is not; Go's strings may hold any bytes.
    case rawString([UInt8])
    /// A struct: the fields that were sent, in the order of their type.
    case structure(type: GobTypeID, name: String, fields: [GobValueField])
    /// An array.
    case array(type: GobTypeID, elements: [GobValue])
    /// A slice of anything but bytes.
    case slice(type: GobTypeID, elements: [GobValue])
    /// A map: the pairs in the order in which they were sent.
    case map(type: GobTypeID, pairs: [GobValuePair])
    /// The bytes of a value that encodes itself.
    case opaque(type: GobTypeID, name: String, bytes: [UInt8])
    /// A value in an interface, with the name that its type is registered by.
    indirect case interface(name: String, value: GobValue)
    /// An interface that holds nothing.
    case nilInterface

    /// The type of the value.
    public var typeID: GobTypeID {
        switch self {
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .float: .float
        case .complex: .complex
        case .bytes: .bytes
        case .string, .rawString: .string
        case .interface, .nilInterface: .interface
        case .structure(let type, _, _), .array(let type, _), .slice(let type, _), .map(let type, _),
            .opaque(let type, _, _):
            type
        }
    }

    /// The value of a struct's field; nil where it is no struct or the field was not sent.
    public subscript(field: String) -> GobValue? {
        guard case .structure(_, _, let fields) = self else { return nil }
        return fields.first { $0.name == field }?.value
    }
}

/// A field of a struct, with its value.
public struct GobValueField: Hashable, Sendable {
    /// The Go name of the field.
    public var name: String
    /// What it holds.
    public var value: GobValue

    /// Creates a field.
    public init(_ name: String, _ value: GobValue) {
        self.name = name
        self.value = value
    }
}

/// A key of a map, with its value.
public struct GobValuePair: Hashable, Sendable {
    /// The key.
    public var key: GobValue
    /// What it stands for.
    public var value: GobValue

    /// Creates a pair.
    public init(_ key: GobValue, _ value: GobValue) {
        self.key = key
        self.value = value
    }
}

/// A value of any type, with the types it is made of.
public struct GobDocument: Hashable, Sendable, CustomStringConvertible {
    /// The value.
    public var value: GobValue
    /// The types that the ids in the value refer to.
    public var types: GobTypes

    /// Creates a document; an empty interface where nothing is said.
    public init(_ value: GobValue = .nilInterface, types: GobTypes = GobTypes()) {
        self.value = value
        self.types = types
    }

    /// Takes a Swift value as a document.
    public init<Value: GobField>(encoding value: Value) throws(GobError) {
        self.init()
        var encoder = GobEncoder()
        try encoder.encode(value)
        var decoder = GobDecoder()
        _ = try encoder.withBytes { bytes throws(GobError) in try decoder.decode(into: &self, from: bytes) }
    }

    /// Reads the document into a Swift value.
    public func decode<Value: GobField>(as type: Value.Type = Value.self) throws(GobError) -> Value {
        var encoder = GobEncoder()
        try encoder.encode(self)
        var decoder = GobDecoder()
        var value = Value.gobZero
        _ = try encoder.withBytes { bytes throws(GobError) in try decoder.decode(into: &value, from: bytes) }
        return value
    }

    /// The value in a notation like Go's.
    public var description: String { value.description }
}
