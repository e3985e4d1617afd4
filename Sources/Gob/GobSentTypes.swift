/// What an encoder has told its peer of types.
struct GobSentTypes {
    /// The Swift types that have been sent at top level; there are few, so a list beats a dictionary.
    private var slots: [(type: ObjectIdentifier, id: GobTypeID)] = []
    private var latest = 0
    var describer: GobTypeDescriber
    private(set) var sent: Set<GobTypeID> = []
    /// Those of them that were sent inside the message that is being written.
    private(set) var unfinished: [GobTypeID] = []

    init(first: GobTypeID) {
        describer = GobTypeDescriber(first: first)
    }

    /// The id of a type whose definition was sent.
    mutating func id(of type: ObjectIdentifier) -> GobTypeID? {
        if latest < slots.count, slots[latest].type == type { return slots[latest].id }
        for index in slots.indices where slots[index].type == type {
            latest = index
            return slots[index].id
        }
        return nil
    }

    mutating func remember(_ type: ObjectIdentifier, _ id: GobTypeID) {
        slots.append((type, id))
    }

    /// The definitions that must be sent before a value of type `root`, in Go's order: a type before its components.
    mutating func takeUnsent(_ root: GobTypeID) -> [GobTypeID] {
        var result: [GobTypeID] = []
        var pending = [root]
        while let id = pending.popLast() {
            guard id.rawValue >= GobTypeID.firstUser.rawValue, let type = describer.types[id],
                sent.insert(id).inserted
            else { continue }
            result.append(id)
            pending.append(contentsOf: type.components.reversed())
        }
        return result
    }

    /// Notes that types were defined inside the current message.
    mutating func defineInside(_ ids: [GobTypeID]) {
        unfinished.append(contentsOf: ids)
    }

    /// Forgets the definitions of a message that was dropped.
    mutating func forgetUnfinished() {
        sent.subtract(unfinished)
        unfinished.removeAll()
    }

    /// Keeps the definitions of a message that was finished.
    mutating func keepUnfinished() {
        unfinished.removeAll()
    }
}
