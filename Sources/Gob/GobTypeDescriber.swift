/// Gives ids to Swift types and collects their definitions, in the order in which Go does.
public struct GobTypeDescriber {
    private(set) var types = GobTypes()
    private var ids: [ObjectIdentifier: GobTypeID] = [:]
    private var next: GobTypeID

    init(first: GobTypeID) {
        next = first
    }

    /// The next id that is not taken.
    mutating func freeID() -> GobTypeID {
        while types[next] != nil { next.rawValue &+= 1 }
        defer { next.rawValue &+= 1 }
        return next
    }

    /// Describes a struct, whose id precedes those of its fields, as they may refer to it.
    mutating func describeStruct<Value: GobStruct>(_ type: Value.Type, name: String) -> GobTypeID {
        if let known = ids[ObjectIdentifier(type)] { return known }
        let id = freeID()
        ids[ObjectIdentifier(type)] = id
        // Taken at once, so that the fields' types do not take it.
        types.define(id, as: .structure(name: name, fields: []))
        var collector = FieldCollector(types: self)
        var zero = Value.gobZero
        zero.gobFields(&collector)
        self = collector.types
        types.define(id, as: .structure(name: name, fields: collector.fields))
        return id
    }

    /// Describes a type whose id follows those of its elements.
    mutating func describe(
        _ type: Any.Type, by definition: (inout GobTypeDescriber) -> GobWireType
    ) -> GobTypeID {
        if let known = ids[ObjectIdentifier(type)] { return known }
        let wireType = definition(&self)
        let id = freeID()
        ids[ObjectIdentifier(type)] = id
        types.define(id, as: wireType)
        return id
    }

    /// Records a type under an id that was chosen elsewhere.
    mutating func adopt(_ id: GobTypeID, as type: GobWireType) {
        types.define(id, as: type)
    }
}

/// Collects the names and types of a struct's fields.
private struct FieldCollector: GobFieldVisitor {
    var types: GobTypeDescriber
    var fields: [GobWireField] = []

    mutating func callAsFunction<Field: GobField>(_ name: StaticString, _ value: inout Field) {
        fields.append(GobWireField(name.description, Field.gobDescribe(in: &types, as: .full)))
    }
}
