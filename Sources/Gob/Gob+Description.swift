extension Gob {
    /// A stream as text: a line for every type it defines, then a line for every value.
    ///
    /// Where the stream is damaged or ends early, the last line says so; what precedes it is shown nevertheless.
    public static func description(of stream: RawSpan, limits: GobLimits = GobLimits()) -> String {
        var text = GobStreamText(limits: limits)
        return text.append(stream) + text.end()
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
