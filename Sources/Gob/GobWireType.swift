/// What a stream says of one of its types (`wireType` in the specification).
public enum GobWireType: Hashable, Sendable {
    /// A collection whose length is part of its type.
    case array(name: String, element: GobTypeID, length: Int)
    /// A collection of any length.
    case slice(name: String, element: GobTypeID)
    /// Named fields; a field's number is its position here.
    case structure(name: String, fields: [GobWireField])
    /// Pairs of keys and values.
    case map(name: String, key: GobTypeID, element: GobTypeID)
    /// A type that encodes itself.
    case opaque(GobOpaqueKind, name: String)

    /// The Go name of the type; often empty where the type is not a struct.
    public var name: String {
        switch self {
        case .array(let name, _, _), .slice(let name, _), .structure(let name, _), .map(let name, _, _),
            .opaque(_, let name):
            name
        }
    }

    /// The types that this one is made of.
    var components: [GobTypeID] {
        switch self {
        case .array(_, let element, _), .slice(_, let element): [element]
        case .structure(_, let fields): fields.map(\.type)
        case .map(_, let key, let element): [key, element]
        case .opaque: []
        }
    }
}

/// One field of a struct on the wire (`fieldType` in the specification).
public struct GobWireField: Hashable, Sendable {
    /// The Go name of the field.
    public var name: String
    /// The type of the field.
    public var type: GobTypeID

    /// Creates a field.
    public init(_ name: String, _ type: GobTypeID) {
        self.name = name
        self.type = type
    }
}

/// Which of Go's interfaces a type uses to encode itself.
public enum GobOpaqueKind: Hashable, Sendable {
    /// `gob.GobEncoder`; `time.Time` and the `math/big` types do.
    case gobEncoder
    /// `encoding.BinaryMarshaler`.
    case binaryMarshaler
    /// `encoding.TextMarshaler`.
    case textMarshaler
}
