extension GobWriter: GobFieldVisitor {
    /// Writes the field if it is not zero: the distance from the field before it, and the value.
    @inlinable
    @inline(__always)
    public mutating func callAsFunction<Field: GobField>(_ name: StaticString, _ value: inout Field) {
        fieldNumber &+= 1
        if value.gobIsZero { return }
        writeUInt(UInt64(truncatingIfNeeded: fieldNumber &- writtenField))
        writtenField = fieldNumber
        value.gobEncode(to: &self)
    }

    /// Writes a struct's fields and the terminator.
    @inlinable
    mutating func writeFields<Value: GobStruct>(of value: inout Value) {
        guard enter() else { return }
        let outer = (fieldNumber, writtenField)
        fieldNumber = -1
        writtenField = -1
        value.gobFields(&self)
        writeUInt(0)
        (fieldNumber, writtenField) = outer
        depth &-= 1
    }

    /// Goes one level deeper, unless that is too deep: a value may hold itself.
    @inlinable
    mutating func enter() -> Bool {
        depth &+= 1
        if depth <= limits.nesting { return true }
        depth &-= 1
        failNesting()
        return false
    }

    @usableFromInline
    @inline(never)
    mutating func failNesting() {
        fail(GobError(.limitExceeded, "cannot send a value nested deeper than \(limits.nesting) (GobLimits.nesting)"))
    }
}
