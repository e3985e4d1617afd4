extension GobError {
    /// A message ends in the middle of a value.
    @usableFromInline
    static var truncated: GobError {
        @inline(never) get { GobError(.corrupted, "the message ends in the middle of a value") }
    }

    @usableFromInline
    static var integerTooLong: GobError {
        @inline(never) get { GobError(.corrupted, "integer of more than 8 bytes") }
    }

    static var valueGoesOn: GobError { GobError(.incomplete, "the value goes on in the next message") }
}

extension GobReader {
    @usableFromInline
    @inline(never)
    func lengthError(_ claimed: UInt64) -> GobError {
        GobError(.corrupted, "length \(claimed) where \(end - position) bytes are left of the message")
    }

    @usableFromInline
    @inline(never)
    func allocationError() -> GobError {
        GobError(
            .limitExceeded, "a value takes more than \(limits.allocatedBytes) bytes (GobLimits.allocatedBytes)")
    }

    @usableFromInline
    @inline(never)
    func nestingError() -> GobError {
        GobError(.limitExceeded, "a value is nested deeper than \(limits.nesting) (GobLimits.nesting)")
    }

    @usableFromInline
    @inline(never)
    func fieldNumberError(_ delta: UInt64) -> GobError {
        GobError(
            .corrupted,
            "field number \(remoteField) + \(delta) of a struct that has \(plan.count) fields")
    }

    @usableFromInline
    @inline(never)
    func unvisitedFieldError<Value: GobStruct>(_ type: Value.Type) -> GobError {
        GobError(.unsupportedValue, "\(type).gobFields(_:) does not visit the same fields every time")
    }

    /// The error of a value that does not fit into its local type.
    @usableFromInline
    @inline(never)
    func rangeError(_ value: String, _ type: String) -> GobError {
        GobError(.outOfRange, "\(value) does not fit into \(type)")
    }

    /// The error of a top-level value of another type than the local one.
    @usableFromInline
    @inline(never)
    func mismatch<Value: GobField>(_ remote: GobTypeID, _ type: Value.Type) -> GobError {
        var error = mismatch(remote, Value.gobTypeName)
        error.goMessage =
            Value.gobIsStruct
            ? "gob: type mismatch in decoder: want struct type \(Value.gobTypeName); got non-struct"
            : "gob: decoding into local type *\(Value.gobTypeName), received remote type \(types.name(of: remote))"
        return error
    }

    /// The error of two types that do not fit.
    @usableFromInline
    @inline(never)
    func mismatch(_ remote: GobTypeID, _ local: String) -> GobError {
        GobError(.typeMismatch, "cannot receive \(types.name(of: remote)) into \(local)")
    }
}
