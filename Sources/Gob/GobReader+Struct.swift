extension GobReader: GobFieldVisitor {
    /// Reads the field if it is the one that comes next on the wire.
    @inlinable
    @inline(__always)
    public mutating func callAsFunction<Field: GobField>(_ name: StaticString, _ value: inout Field) {
        localIndex &+= 1
        if localIndex != targetIndex { return }
        do throws(GobError) {
            try value.gobDecode(remoteType, from: &self)
            try nextField()
        } catch {
            fail(error)
        }
    }

    @usableFromInline
    @inline(never)
    mutating func fail(_ error: GobError) {
        // No field has this position: the fields that follow are left alone.
        targetIndex = -1
        if failure == nil { failure = error }
    }

    /// Reads a struct.
    ///
    /// `gobFields` is walked once where the remote fields have the order of the local ones, and again for each time
    /// they go back.
    @inlinable
    mutating func readFields<Value: GobStruct>(of value: inout Value, remote: GobTypeID) throws(GobError) {
        try enter()
        let outer = (plan, remoteField, remoteType, targetIndex, localIndex)
        plan = try plan(for: Value.self, remote)
        remoteField = -1
        try nextField()
        while targetIndex >= 0 {
            let before = remoteField
            localIndex = -1
            value.gobFields(&self)
            if let failure { throw failure }
            if remoteField == before && targetIndex >= 0 { throw unvisitedFieldError(Value.self) }
        }
        (plan, remoteField, remoteType, targetIndex, localIndex) = outer
        depth &-= 1
    }

    /// Finds the next remote field that has a place in the local type, and skips those before it.
    @inlinable
    mutating func nextField() throws(GobError) {
        while true {
            let delta = try readUInt()
            if delta == 0 {
                targetIndex = -1
                return
            }
            guard delta < UInt64(truncatingIfNeeded: plan.count &- remoteField) else { throw fieldNumberError(delta) }
            remoteField &+= Int(truncatingIfNeeded: delta)
            let entry = plan.entries[remoteField]
            remoteType = entry.type
            if entry.local >= 0 {
                targetIndex = Int(truncatingIfNeeded: entry.local)
                return
            }
            try skip(entry.type)
        }
    }

    /// Goes one level deeper.
    @inlinable
    public mutating func enter() throws(GobError) {
        depth &+= 1
        guard depth <= limits.nesting else { throw nestingError() }
    }

    /// Comes one level back.
    @inlinable
    public mutating func leave() {
        depth &-= 1
    }
}
