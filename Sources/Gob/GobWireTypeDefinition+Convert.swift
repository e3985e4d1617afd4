extension GobWireTypeDefinition {
    /// The definition to send for a type.
    init(_ type: GobWireType, id: GobTypeID) {
        self.init()
        let common = CommonDefinition(name: type.name, id: id.rawValue)
        switch type {
        case .array(_, let element, let length):
            arrayT = ArrayDefinition(common: common, elem: element.rawValue, len: length)
        case .slice(_, let element):
            sliceT = SliceDefinition(common: common, elem: element.rawValue)
        case .structure(_, let fields):
            let fields = fields.map { FieldDefinition(name: $0.name, id: $0.type.rawValue) }
            structT = StructDefinition(common: common, fields: fields)
        case .map(_, let key, let element):
            mapT = MapDefinition(common: common, key: key.rawValue, elem: element.rawValue)
        case .opaque(.gobEncoder, _):
            gobEncoderT = OpaqueDefinition(common: common)
        case .opaque(.binaryMarshaler, _):
            binaryMarshalerT = OpaqueDefinition(common: common)
        case .opaque(.textMarshaler, _):
            textMarshalerT = OpaqueDefinition(common: common)
        }
    }

    /// The type that a peer's definition describes.
    ///
    /// Where a definition sets more than one field the first counts, as in Go.
    func wireType() throws(GobError) -> GobWireType {
        if let array = arrayT {
            guard array.len >= 0 else { throw GobError(.corrupted, "array type with the length \(array.len)") }
            return .array(name: array.common.name, element: GobTypeID(array.elem), length: array.len)
        }
        if let slice = sliceT { return .slice(name: slice.common.name, element: GobTypeID(slice.elem)) }
        if let structure = structT {
            if structure.fields.contains(where: { $0.name.isEmpty }) {
                throw GobError(.corrupted, "empty name for a field of type '\(GobTypes.shown(structure.common.name))'")
            }
            let fields = structure.fields.map { GobWireField($0.name, GobTypeID($0.id)) }
            return .structure(name: structure.common.name, fields: fields)
        }
        if let map = mapT {
            return .map(name: map.common.name, key: GobTypeID(map.key), element: GobTypeID(map.elem))
        }
        if let type = gobEncoderT { return .opaque(.gobEncoder, name: type.common.name) }
        if let type = binaryMarshalerT { return .opaque(.binaryMarshaler, name: type.common.name) }
        if let type = textMarshalerT { return .opaque(.textMarshaler, name: type.common.name) }
        throw GobError(.corrupted, "type definition that describes no type")
    }
}

extension GobWriter {
    /// Writes the definition of a type as a message: `(-type id, wireType)`.
    mutating func writeDefinitionMessage(_ id: GobTypeID) {
        let width = prefixWidth
        prefixWidth = 1
        beginMessage()
        writeDefinition(id)
        endMessage()
        prefixWidth = width
    }

    /// Writes the definition of a type into the current message.
    mutating func writeDefinition(_ id: GobTypeID) {
        guard let type = types.describer.types[id] else { return }
        writeInt(-Int64(id.rawValue))
        var definition = GobWireTypeDefinition(type, id: id)
        writeFields(of: &definition)
    }

    /// Keeps the definitions that the finished message holds.
    @usableFromInline
    mutating func keepDefinitions() {
        definedInside = false
        types.keepUnfinished()
    }

    /// Drops an unfinished message and makes the writer ready for the next one.
    mutating func abandonMessage(from start: Int) -> GobError {
        count = start
        prefixWidth = 1
        depth = 0
        fieldNumber = -1
        writtenField = -1
        definedInside = false
        types.forgetUnfinished()
        let error = failure ?? GobError(.unsupportedValue, "cannot send the value")
        failure = nil
        return error
    }
}
