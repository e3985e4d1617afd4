extension GobWriter {
    /// Says which types the ids of the values that follow refer to.
    mutating func useTypes(_ types: GobTypes) {
        if translation.types != types { translation = GobTranslation(types) }
    }

    /// Writes an interface.
    ///
    /// A type that the peer does not know is defined inside the value: the definition ends the current message, and the
    /// value goes on in the next one. (gob: InterfaceValue in the grammar.)
    mutating func writeInterface(name: String, value: GobValue) {
        writeString(name)
        if name.isEmpty { return }
        guard value.typeID != .interface else {
            return fail(GobError(.unsupportedValue, "cannot send an interface that holds an interface"))
        }
        guard enter() else { return }
        let id = translation.id(value.typeID, in: &types.describer)
        let unsent = types.takeUnsent(id)
        if let first = unsent.first {
            definedInside = true
            types.defineInside(unsent)
            writeDefinition(first)
            endMessage()
            for id in unsent.dropFirst() { writeDefinitionMessage(id) }
            prefixWidth = 1
            beginMessage()
        }
        writeInt(Int64(id.rawValue))
        let outer = beginNestedMessage()
        writeTopLevelValue(value)
        endNestedMessage(outer)
        depth -= 1
    }

    /// Writes a value in the frame of a top-level one.
    mutating func writeTopLevelValue(_ value: GobValue) {
        if case .structure = value {} else { writeUInt(0) }
        writeValue(value, as: value.typeID)
    }

    /// Writes a value, which must be of the type `type` of the document.
    mutating func writeValue(_ value: GobValue, as type: GobTypeID) {
        guard failure == nil else { return }
        guard value.typeID == type else { return failMismatch(value, type) }
        switch value {
        case .bool(let flag): writeUInt(flag ? 1 : 0)
        case .int(let number): writeInt(number)
        case .uint(let number): writeUInt(number)
        case .float(let number): writeFloat(number)
        case .complex(let real, let imaginary):
            writeFloat(real)
            writeFloat(imaginary)
        case .bytes(let bytes), .rawString(let bytes), .opaque(_, _, let bytes):
            bytes.withUnsafeBytes { writeBytes($0) }
        case .string(let text): writeString(text)
        case .nilInterface: writeUInt(0)
        case .interface(let name, let content): writeInterface(name: name, value: content)
        default: writeComposite(value, as: type)
        }
    }

    private mutating func writeComposite(_ value: GobValue, as type: GobTypeID) {
        guard enter() else { return }
        switch (value, translation.types[type]) {
        case (.array(_, let elements), .array(_, let element, let length)) where elements.count == length:
            writeElements(elements, element)
        case (.slice(_, let elements), .slice(_, let element)):
            writeElements(elements, element)
        case (.map(_, let pairs), .map(_, let key, let element)):
            writeUInt(UInt64(pairs.count))
            for pair in pairs {
                writeValue(pair.key, as: key)
                writeValue(pair.value, as: element)
            }
        case (.structure(_, _, let values), .structure(_, let fields)):
            writeFieldValues(values, fields)
        default: failMismatch(value, type)
        }
        depth -= 1
    }

    private mutating func writeElements(_ elements: [GobValue], _ element: GobTypeID) {
        writeUInt(UInt64(elements.count))
        for value in elements { writeValue(value, as: element) }
    }

    private mutating func writeFieldValues(_ values: [GobValueField], _ fields: [GobWireField]) {
        var number = -1
        for field in values {
            var next = number + 1
            while next < fields.count, fields[next].name != field.name { next += 1 }
            guard next < fields.count else {
                let text = "cannot send field \(field.name): its struct has no such field, or it comes earlier"
                return fail(GobError(.unsupportedValue, text))
            }
            writeUInt(UInt64(next - number))
            number = next
            writeValue(field.value, as: fields[next].type)
        }
        writeUInt(0)
    }

    private mutating func failMismatch(_ value: GobValue, _ type: GobTypeID) {
        let types = translation.types
        let text = "cannot send a value of type \(types.name(of: value.typeID)) as \(types.name(of: type))"
        fail(GobError(.typeMismatch, text))
    }
}

extension GobEncoder {
    /// Appends a value of any type, and before it the definitions of types that the stream does not know yet.
    public mutating func encode(_ document: GobDocument) throws(GobError) {
        writer.useTypes(document.types)
        let root = document.value.typeID
        guard root != .interface else {
            throw GobError(.unsupportedValue, "cannot send an interface on its own; Go sends what it holds")
        }
        let id = writer.translation.id(root, in: &writer.types.describer)
        for unsent in writer.types.takeUnsent(id) { writer.writeDefinitionMessage(unsent) }
        let start = writer.count
        writer.beginMessage()
        writer.writeInt(Int64(id.rawValue))
        writer.writeTopLevelValue(document.value)
        if writer.failure != nil { throw abandon(from: start) }
        writer.endMessage()
        if writer.definedInside { writer.keepDefinitions() }
    }
}
