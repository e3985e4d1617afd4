/// Where the fields of a stream's struct go in a Swift type; made once for each pair of the two.
@usableFromInline
struct GobPlan: @unchecked Sendable {
    // Sendable because the entries never change; the cache that holds the plan keeps them alive.
    /// What to do with one remote field.
    @usableFromInline
    struct Entry {
        /// The position of the local field, -1 for a field that is skipped.
        @usableFromInline var local: Int32
        /// The type of the remote field.
        @usableFromInline var type: GobTypeID
    }

    @usableFromInline var entries: UnsafePointer<Entry>
    @usableFromInline var count: Int

    @usableFromInline
    init(entries: UnsafePointer<Entry>, count: Int) {
        self.entries = entries
        self.count = count
    }

    /// The plan of no struct at all.
    static let empty = GobPlan(entries: UnsafePointer(UnsafeMutablePointer<Entry>.allocate(capacity: 1)), count: 0)
}

/// The plans of one decoder.
@usableFromInline
struct GobPlanCache {
    struct Key: Hashable {
        var local: ObjectIdentifier
        var remote: GobTypeID
    }

    /// The plans in the order in which they were made; streams have few, so the first are looked up in the list.
    private var list: [(key: Key, plan: GobPlan)] = []
    private var byKey: [Key: GobPlanStorage] = [:]
    /// Why there is no plan, where making one has failed: a peer may send many values of a type of many fields.
    private var refusals: [Key: Refusal] = [:]
    private var latest = 0

    private struct Refusal {
        var error: GobError
        /// The fault is one of values that are not inside of others.
        var onlyOutermost: Bool
    }

    init() {}

    @usableFromInline
    mutating func plan(_ local: ObjectIdentifier, _ remote: GobTypeID) -> GobPlan? {
        let key = Key(local: local, remote: remote)
        if latest < list.count, list[latest].key == key { return list[latest].plan }
        for index in list.indices where list[index].key == key {
            latest = index
            return list[index].plan
        }
        return list.count < 8 ? nil : byKey[key]?.plan
    }

    mutating func insert(_ local: ObjectIdentifier, _ remote: GobTypeID, _ entries: [GobPlan.Entry]) -> GobPlan {
        let storage = GobPlanStorage(entries)
        let key = Key(local: local, remote: remote)
        byKey[key] = storage
        if list.count < 8 { list.append((key, storage.plan)) }
        return storage.plan
    }

    /// Remembers why there is no plan.
    mutating func refuse(_ local: ObjectIdentifier, _ remote: GobTypeID, _ error: GobError, onlyOutermost: Bool) {
        refusals[Key(local: local, remote: remote)] = Refusal(error: error, onlyOutermost: onlyOutermost)
    }

    /// Why there is no plan, if that is known.
    func refusal(_ local: ObjectIdentifier, _ remote: GobTypeID, isOutermost: Bool) -> GobError? {
        guard let refusal = refusals[Key(local: local, remote: remote)] else { return nil }
        return refusal.onlyOutermost && !isOutermost ? nil : refusal.error
    }

    /// Forgets the plans of types that the stream took back.
    mutating func remove(_ remote: Set<GobTypeID>) {
        list.removeAll { remote.contains($0.key.remote) }
        latest = 0
        byKey = byKey.filter { !remote.contains($0.key.remote) }
        refusals = refusals.filter { !remote.contains($0.key.remote) }
    }
}

/// Owns the entries of one plan.
private final class GobPlanStorage {
    let plan: GobPlan

    init(_ entries: [GobPlan.Entry]) {
        let memory = UnsafeMutablePointer<GobPlan.Entry>.allocate(capacity: max(entries.count, 1))
        memory.initialize(from: entries, count: entries.count)
        plan = GobPlan(entries: UnsafePointer(memory), count: entries.count)
    }

    deinit {
        plan.entries.deallocate()
    }
}

/// Compares the fields of a local struct with those of a remote one.
private struct PlanCompiler: GobFieldVisitor {
    let types: GobTypes
    let structName: String
    /// The positions of the remote fields, by name.
    let positions: [String: Int]
    let fields: [GobWireField]
    var entries: [GobPlan.Entry]
    var localIndex: Int32 = -1
    var matched = 0
    var failure: GobError?

    mutating func callAsFunction<Field: GobField>(_ name: StaticString, _ value: inout Field) {
        localIndex += 1
        guard let position = positions[name.description] else { return }
        let remote = fields[position].type
        guard Field.gobAccepts(remote, in: types) else {
            if failure == nil {
                let text = "cannot receive field \(structName).\(name) of type \(types.name(of: remote)) into"
                failure = GobError(
                    .typeMismatch, "\(text) \(Field.gobTypeName)",
                    goMessage: "gob: wrong type (\(Field.gobTypeName)) for received field \(structName).\(name)")
            }
            return
        }
        entries[position].local = localIndex
        matched += 1
    }
}

extension GobReader {
    /// The plan for reading the stream's struct `remote` into a Swift type.
    @inlinable
    @inline(__always)
    mutating func plan<Value: GobStruct>(for type: Value.Type, _ remote: GobTypeID) throws(GobError) -> GobPlan {
        if let plan = plans.plan(ObjectIdentifier(type), remote) { return plan }
        return try compilePlan(for: type, remote)
    }

    @usableFromInline
    @inline(never)
    mutating func compilePlan<Value: GobStruct>(
        for type: Value.Type, _ remote: GobTypeID
    ) throws(GobError) -> GobPlan {
        let local = ObjectIdentifier(type)
        if let refusal = plans.refusal(local, remote, isOutermost: depth <= 1) { throw refusal }
        guard case .structure(let name, let fields) = types[remote] else {
            throw mismatch(remote, Value.self)
        }
        let named = fields.indices.map { (fields[$0].name, $0) }
        let positions = Dictionary(named, uniquingKeysWith: { first, _ in first })
        var compiler = PlanCompiler(
            types: types, structName: GobTypes.shown(name), positions: positions, fields: fields,
            entries: fields.map { GobPlan.Entry(local: -1, type: $0.type) })
        var zero = Value.gobZero
        zero.gobFields(&compiler)
        if let failure = compiler.failure {
            plans.refuse(local, remote, failure, onlyOutermost: false)
            throw failure
        }
        // As in Go: structs that have no field in common are taken for a mistake.
        if compiler.matched == 0, compiler.localIndex >= 0, !fields.isEmpty, depth <= 1 {
            let failure = GobError(
                .typeMismatch, "cannot receive \(GobTypes.shown(name)) into \(Value.gobTypeName): no field in common",
                goMessage: "gob: type mismatch: no fields matched compiling decoder for \(Value.gobTypeName)")
            plans.refuse(local, remote, failure, onlyOutermost: true)
            throw failure
        }
        return plans.insert(local, remote, compiler.entries)
    }
}
