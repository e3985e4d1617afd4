import PrintableText

/// The types of a stream, by their ids.
public struct GobTypes: Hashable, Sendable {
    private var defined: [GobTypeID: GobWireType] = [:]
    /// Whether a value of one of the types may hold an interface, and so go on in a later message.
    @usableFromInline private(set) var mayHoldInterfaces = false

    /// Creates a table that knows the specification's own types only.
    public init() {}

    /// How many types the stream has defined.
    public var count: Int { defined.count }

    /// The ids that the stream has defined, in increasing order.
    public var ids: [GobTypeID] { defined.keys.sorted { $0.rawValue < $1.rawValue } }

    /// What is known of a type; nil for basic types and for ids that are not defined.
    public subscript(id: GobTypeID) -> GobWireType? {
        id.rawValue < GobTypeID.firstUser.rawValue ? GobTypes.builtin[id] : defined[id]
    }

    /// Records a type.
    public mutating func define(_ id: GobTypeID, as type: GobWireType) {
        defined[id] = type
        if type.components.contains(.interface) { mayHoldInterfaces = true }
    }

    /// The first id that is defined as `type`.
    func first(_ type: GobWireType) -> GobTypeID? {
        ids.first { defined[$0] == type }
    }

    mutating func remove(_ id: GobTypeID) {
        defined[id] = nil
    }

    /// The type in Go's notation, as error messages show it.
    public func name(of id: GobTypeID) -> String {
        name(of: id, depth: 0)
    }

    private func name(of id: GobTypeID, depth: Int) -> String {
        guard let type = self[id] else { return id.description }
        // A slice may be its own element, and the element of a peer's slice whatever it likes.
        guard depth < 4 else { return "..." }
        switch type {
        case .array(_, let element, let length): return "[\(length)]\(name(of: element, depth: depth + 1))"
        case .slice(_, let element): return "[]\(name(of: element, depth: depth + 1))"
        case .map(_, let key, let element):
            return "map[\(name(of: key, depth: depth + 1))]\(name(of: element, depth: depth + 1))"
        case .structure(let name, _), .opaque(_, let name):
            return name.isEmpty ? id.description : GobTypes.shown(name)
        }
    }

    /// A name as it is shown: a peer's may hold anything, and be of any length.
    static func shown(_ name: String) -> String { name.printable(limit: 100) }

    /// gob: encoding details, "The representation of types".
    private static let builtin: [GobTypeID: GobWireType] = [
        .wireType: .structure(
            name: "wireType",
            fields: [
                GobWireField("ArrayT", .arrayType), GobWireField("SliceT", .sliceType),
                GobWireField("StructT", .structType), GobWireField("MapT", .mapType),
                GobWireField("GobEncoderT", .gobEncoderType), GobWireField("BinaryMarshalerT", .gobEncoderType),
                GobWireField("TextMarshalerT", .gobEncoderType),
            ]),
        .arrayType: .structure(
            name: "arrayType",
            fields: [GobWireField("CommonType", .commonType), GobWireField("Elem", .int), GobWireField("Len", .int)]),
        .commonType: .structure(
            name: "CommonType", fields: [GobWireField("Name", .string), GobWireField("Id", .int)]),
        .sliceType: .structure(
            name: "sliceType", fields: [GobWireField("CommonType", .commonType), GobWireField("Elem", .int)]),
        .structType: .structure(
            name: "structType",
            fields: [GobWireField("CommonType", .commonType), GobWireField("Field", .fieldTypeSlice)]),
        .fieldType: .structure(
            name: "fieldType", fields: [GobWireField("Name", .string), GobWireField("Id", .int)]),
        .fieldTypeSlice: .slice(name: "[]fieldType", element: .fieldType),
        .mapType: .structure(
            name: "mapType",
            fields: [GobWireField("CommonType", .commonType), GobWireField("Key", .int), GobWireField("Elem", .int)]),
        .gobEncoderType: .structure(
            name: "gobEncoderType", fields: [GobWireField("CommonType", .commonType)]),
    ]
}
