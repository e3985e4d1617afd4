extension GobReader {
    /// Passes over a value of any type.
    ///
    /// Types that the value defines are recorded: values after it may use them.
    @usableFromInline
    mutating func skip(_ type: GobTypeID) throws(GobError) {
        switch type {
        case .bool, .int, .uint, .float: _ = try readUInt()
        case .complex:
            _ = try readUInt()
            _ = try readUInt()
        case .bytes, .string: _ = try readByteCount()
        case .interface: try skipInterface()
        default: try skipDefined(type)
        }
    }

    private mutating func skipDefined(_ type: GobTypeID) throws(GobError) {
        try enter()
        switch types[type] {
        case .opaque: _ = try readByteCount()
        case .array(_, let element, let length):
            let count = try readElementCount()
            guard count == length else { throw GobError.arrayLength(count, length) }
            for _ in 0..<count { try skip(element) }
        case .slice(_, let element):
            for _ in 0..<(try readElementCount()) { try skip(element) }
        case .map(_, let key, let element):
            for _ in 0..<(try readElementCount(bytesPerElement: 2)) {
                try skip(key)
                try skip(element)
            }
        case .structure(_, let fields):
            var number = -1
            while true {
                let delta = try readUInt()
                if delta == 0 { break }
                guard delta < UInt64(fields.count &- number) else {
                    throw GobError(.corrupted, "field number \(number) + \(delta) of \(types.name(of: type))")
                }
                number &+= Int(delta)
                try skip(fields[number].type)
            }
        case nil:
            throw GobError(.corrupted, "value of \(type), which the stream has not defined")
        }
        leave()
    }

    /// Passes over an interface's value by its type.
    ///
    /// Its length would not do: it counts only up to the first type definition inside the value.
    private mutating func skipInterface() throws(GobError) {
        guard try readByteCount() > 0 else { return }
        try enter()
        let type = try readConcreteType()
        try skipTopLevel(type)
        leave()
    }

    /// Passes over a value that is framed like a top-level one.
    mutating func skipTopLevel(_ type: GobTypeID) throws(GobError) {
        if !types.isStruct(type) { try readSingletonMark() }
        try skip(type)
    }

    /// Reads the zero that precedes a top-level value that is not a struct.
    @inlinable
    mutating func readSingletonMark() throws(GobError) {
        guard try readUInt() == 0 else { throw GobError(.corrupted, "a value that is no struct begins like one") }
    }

    /// How many elements to reserve memory for, of a collection that claims `count`.
    @inlinable
    func reservable(_ count: Int, stride: Int) -> Int {
        let affordable = max(limits.allocatedBytes &- allocated, 0) / max(stride, 1)
        return min(count, remaining, affordable, 65_536)
    }

    /// Reads how many elements follow, and refuses more than there can be.
    ///
    /// Every element takes a byte at least. Where interfaces are about, elements may lie in later messages.
    @inlinable
    public mutating func readElementCount(bytesPerElement: Int = 1) throws(GobError) -> Int {
        let count = try readUInt()
        guard count <= UInt64(truncatingIfNeeded: limits.elements) else { throw elementsError(count) }
        let size = Int(truncatingIfNeeded: count)
        guard size.multipliedReportingOverflow(by: bytesPerElement).partialValue <= remaining || types.mayHoldInterfaces
        else { throw lengthError(count) }
        return size
    }

    @usableFromInline
    @inline(never)
    func elementsError(_ count: UInt64) -> GobError {
        GobError(.limitExceeded, "\(count) elements are more than \(limits.elements) (GobLimits.elements)")
    }
}

extension GobTypes {
    /// Whether values of the type are sent as fields.
    func isStruct(_ id: GobTypeID) -> Bool {
        if case .structure = self[id] { true } else { false }
    }
}

extension GobError {
    @usableFromInline
    static func arrayLength(_ count: Int, _ length: Int) -> GobError {
        GobError(.corrupted, "\(count) elements for an array of \(length)")
    }
}
