extension Gob {
    /// A stream as text: a line for every type it defines, then a line for every value.
    ///
    /// Where the stream is damaged or ends early, the last line says so; what precedes it is shown nevertheless.
    public static func description(of stream: RawSpan, limits: GobLimits = GobLimits()) -> String {
        var decoder = GobDecoder(limits: limits)
        var shown: Set<GobTypeID> = []
        var text = ""
        var offset = 0
        while offset < stream.byteCount {
            let rest = stream.extracting(offset..<stream.byteCount)
            var document = GobDocument()
            do throws(GobError) {
                let result = try decoder.decode(into: &document, from: rest)
                showTypes(decoder.types, &shown, &text)
                switch result {
                case .value(let consumed):
                    text += "\(decoder.types.name(of: document.value.typeID)) \(document)\n"
                    offset += consumed
                case .needsMore(let consumed):
                    offset += consumed
                    let left = stream.byteCount - offset
                    if left > 0 { text += "// the stream ends inside of a value, \(left) bytes after it began\n" }
                    return text
                }
            } catch {
                showTypes(decoder.types, &shown, &text)
                text += "// after byte \(offset): \(error)\n"
                guard let resume = error.resumeOffset, resume > 0 else { return text }
                offset += resume
            }
        }
        return text
    }

    private static func showTypes(_ types: GobTypes, _ shown: inout Set<GobTypeID>, _ text: inout String) {
        for id in types.ids where shown.insert(id).inserted {
            text += "type \(types.definition(of: id)) // id \(id.rawValue)\n"
        }
    }
}

extension GobTypes {
    /// A type's name and what it is made of, in Go's notation.
    public func definition(of id: GobTypeID) -> String {
        switch self[id] {
        case .structure(_, let fields):
            let list = fields.map { "\($0.name) \(name(of: $0.type))" }.joined(separator: "; ")
            return "\(name(of: id)) struct{\(list)}"
        case .opaque(let kind, _): return "\(name(of: id)) \(kind)"
        case .array, .slice, .map, nil: return name(of: id)
        }
    }
}
