/// The type of a node, as far as the node shows it.
indirect enum GobShape {
    /// Nothing is known: nil, or the element of an empty array.
    case unknown
    case basic(GobTypeID)
    case list(GobShape)
    case map(GobShape)
    case fields(name: String, [(name: String, shape: GobShape)])

    /// What values of both shapes fit into.
    func merged(with other: GobShape) throws(GobError) -> GobShape {
        switch (self, other) {
        case (.unknown, let shape), (let shape, .unknown): return shape
        case (.basic(let id), .basic(let otherID)) where id == otherID: return self
        case (.list(let element), .list(let otherElement)): return .list(try element.merged(with: otherElement))
        case (.map(let element), .map(let otherElement)): return .map(try element.merged(with: otherElement))
        case (.fields(let name, var fields), .fields(let otherName, let others)) where name == otherName:
            // A field that the one value left out may stand anywhere among those of the other.
            var position = 0
            for other in others {
                if let index = fields.firstIndex(where: { $0.name == other.name }) {
                    fields[index].shape = try fields[index].shape.merged(with: other.shape)
                    position = index + 1
                } else {
                    fields.insert(other, at: position)
                    position += 1
                }
            }
            return .fields(name: name, fields)
        default: throw GobError(.unsupportedValue, "cannot send a collection whose elements are of different types")
        }
    }

    var isUnknown: Bool {
        switch self {
        case .unknown: true
        case .list(let element): element.isUnknown
        default: false
        }
    }
}

/// Finds the types of nodes and makes values of them.
struct GobShapeInference {
    private(set) var types = GobTypes()
    private var next = GobTypeID(rawValue: 65)

    mutating func shape(of node: GobNode) throws(GobError) -> GobShape {
        switch node {
        case .null: return .unknown
        case .basic(let value): return .basic(value.typeID)
        case .list(let nodes): return .list(try common(nodes))
        case .map(let pairs): return .map(try common(pairs.map(\.node)))
        case .fields(let name, let fields):
            var shapes: [(name: String, shape: GobShape)] = []
            for field in fields { shapes.append((field.name, try shape(of: field.node))) }
            return .fields(name: name, shapes)
        }
    }

    private mutating func common(_ nodes: [GobNode]) throws(GobError) -> GobShape {
        var result = GobShape.unknown
        for node in nodes { result = try result.merged(with: shape(of: node)) }
        return result
    }

    /// The id of a shape's type.
    mutating func define(_ shape: GobShape) -> GobTypeID {
        let type: GobWireType
        switch shape {
        case .unknown: return .interface
        case .basic(let id): return id
        case .list(let element): type = .slice(name: "", element: define(element))
        case .map(let element): type = .map(name: "", key: .string, element: define(element))
        case .fields(let name, let fields):
            var wireFields: [GobWireField] = []
            for field in fields where !field.shape.isUnknown {
                wireFields.append(GobWireField(field.name, define(field.shape)))
            }
            type = .structure(name: name, fields: wireFields)
        }
        if let known = types.first(type) { return known }
        defer { next.rawValue += 1 }
        types.define(next, as: type)
        return next
    }

    /// The node as a value of its shape.
    func value(of node: GobNode, _ shape: GobShape, _ type: GobTypeID) -> GobValue {
        switch (node, shape, types[type]) {
        case (.basic(let value), _, _): return value
        case (.list(let nodes), .list(let shape), .slice(_, let element)):
            return .slice(type: type, elements: nodes.map { value(of: $0, shape, element) })
        case (.map(let pairs), .map(let shape), .map(_, _, let element)):
            let pairs = pairs.map { GobValuePair(.string($0.key), value(of: $0.node, shape, element)) }
            return .map(type: type, pairs: pairs)
        case (.fields(_, let nodes), .fields(_, let shapes), .structure(let name, let wireFields)):
            var values: [GobValueField] = []
            for field in wireFields {
                guard let node = nodes.first(where: { $0.name == field.name })?.node,
                    let shape = shapes.first(where: { $0.name == field.name })?.shape, !node.isZero
                else { continue }
                values.append(GobValueField(field.name, value(of: node, shape, field.type)))
            }
            return .structure(type: type, name: name, fields: values)
        default: return .nilInterface
        }
    }
}

extension GobNode {
    /// Whether a field that holds the node is left out.
    var isZero: Bool {
        switch self {
        case .null: true
        case .list(let nodes): nodes.isEmpty
        case .map, .fields: false
        case .basic(let value):
            switch value {
            case .bool(let flag): !flag
            case .int(let number): number == 0
            case .uint(let number): number == 0
            case .float(let number): number == 0
            case .string(let text): text.isEmpty
            case .bytes(let bytes): bytes.isEmpty
            default: false
            }
        }
    }
}
