/// How the type ids of a document become ids of the stream it is written to.
struct GobTranslation {
    /// The document's types.
    let types: GobTypes
    /// The stream's ids, by the document's.
    private var ids: [GobTypeID: GobTypeID] = [:]

    init(_ types: GobTypes) {
        self.types = types
    }

    /// The stream's id of a type, which is added to the stream's types where it is new.
    ///
    /// The document's own id is kept where the stream has it free, or for the same type.
    mutating func id(_ root: GobTypeID, in describer: inout GobTypeDescriber) -> GobTypeID {
        guard root.rawValue >= GobTypeID.firstUser.rawValue, types[root] != nil else { return root }
        if let known = ids[root] { return known }
        let new = unknown(from: root)
        let taken = conflicts(new, with: describer.types)
        for id in new where !taken.contains(id) {
            ids[id] = id
            // Taken at once, so that no other type gets this id.
            if let type = types[id] { describer.adopt(id, as: type) }
        }
        reuse(new.reversed().filter(taken.contains), from: describer.types)
        for id in new where ids[id] == nil {
            let free = describer.freeID()
            ids[id] = free
            if let type = types[id] { describer.adopt(free, as: type) }
        }
        for id in new {
            guard let own = ids[id], let type = types[id] else { continue }
            describer.adopt(own, as: type.replacingComponents { ids[$0] ?? $0 })
        }
        return ids[root] ?? root
    }

    /// Finds types of the stream that equal those of the document but for the id, inner ones first.
    ///
    /// Without it, documents that use one id for different types by turns would define types without end.
    private mutating func reuse(_ taken: [GobTypeID], from stream: GobTypes) {
        var changed = true
        while changed {
            changed = false
            for id in taken where ids[id] == nil {
                guard let type = types[id], type.components.allSatisfy({ ids[$0] != nil || types[$0] == nil }) else {
                    continue
                }
                let own = type.replacingComponents { ids[$0] ?? $0 }
                guard let existing = stream.first(own) else { continue }
                ids[id] = existing
                changed = true
            }
        }
    }

    /// The types that `root` is made of and that have no id in the stream yet.
    private func unknown(from root: GobTypeID) -> [GobTypeID] {
        var found: Set<GobTypeID> = []
        var order: [GobTypeID] = []
        var pending = [root]
        while let id = pending.popLast() {
            guard id.rawValue >= GobTypeID.firstUser.rawValue, ids[id] == nil, let type = types[id],
                found.insert(id).inserted
            else { continue }
            order.append(id)
            pending.append(contentsOf: type.components)
        }
        return order
    }

    /// Those of them whose ids mean something else in the stream, or are made of such.
    private func conflicts(_ new: [GobTypeID], with stream: GobTypes) -> Set<GobTypeID> {
        var taken: Set<GobTypeID> = []
        var changed = true
        while changed {
            changed = false
            for id in new where !taken.contains(id) {
                guard let existing = stream[id], let type = types[id] else { continue }
                let differs = existing != type || type.components.contains { taken.contains($0) || ids[$0] ?? $0 != $0 }
                if differs {
                    taken.insert(id)
                    changed = true
                }
            }
        }
        return taken
    }
}

extension GobWireType {
    /// The type, with other ids for what it is made of.
    func replacingComponents(_ replace: (GobTypeID) -> GobTypeID) -> GobWireType {
        switch self {
        case .array(let name, let element, let length): .array(name: name, element: replace(element), length: length)
        case .slice(let name, let element): .slice(name: name, element: replace(element))
        case .structure(let name, let fields):
            .structure(name: name, fields: fields.map { GobWireField($0.name, replace($0.type)) })
        case .map(let name, let key, let element): .map(name: name, key: replace(key), element: replace(element))
        case .opaque: self
        }
    }
}
