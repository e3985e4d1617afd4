extension GobTypes {
    /// A type's name and what it is made of, in Go's notation.
    public func definition(of id: GobTypeID) -> String {
        var text = ""
        writeDefinition(of: id, to: &text)
        return text
    }

    func writeDefinition(of id: GobTypeID, to output: inout some TextOutputStream) {
        output.write(name(of: id))
        switch self[id] {
        case .structure(_, let fields):
            output.write(" struct{")
            for (index, field) in fields.enumerated() {
                output.write("\(index > 0 ? "; " : "")\(GobTypes.shown(field.name)) \(name(of: field.type))")
            }
            output.write("}")
        case .opaque(let kind, _): output.write(" \(kind)")
        case .array, .slice, .map, nil: break
        }
    }
}
