/// Go's slices; of `UInt8`, Go's `[]byte`, which has a type and a form of its own.
extension Array: GobField where Element: GobField {
    @inlinable static var isBytes: Bool { Element.self == UInt8.self }

    /// The empty slice, which gob does not tell from a nil one.
    @inlinable public static var gobZero: [Element] { [] }
    /// `[]` and the element's name.
    public static var gobTypeName: String { "[]\(Element.gobTypeName)" }
    /// Whether it is empty.
    @inlinable public var gobIsZero: Bool { isEmpty }

    /// Adds the slice after its element.
    public static func gobDescribe(in types: inout GobTypeDescriber, as naming: GobNaming) -> GobTypeID {
        if isBytes { return .bytes }
        return types.describe(Self.self) { types in
            let element = Element.gobDescribe(in: &types, as: .declared)
            return .slice(name: naming.name(notation: gobTypeName), element: element)
        }
    }

    /// Whether the remote type is a slice of elements that can be received.
    public static func gobAccepts(_ remote: GobTypeID, in types: GobTypes) -> Bool {
        if isBytes { return remote == .bytes }
        guard case .slice(_, let element) = types[remote] else { return false }
        return Element.gobAccepts(element, in: types)
    }

    /// Appends the count and the elements, zero ones too.
    @inlinable
    public func gobEncode(to writer: inout GobWriter) {
        if Self.isBytes {
            withUnsafeBytes { writer.writeBytes($0) }
            return
        }
        writer.writeUInt(UInt64(truncatingIfNeeded: count))
        for element in self { element.gobEncode(to: &writer) }
    }

    /// Reads the elements; those that were there before are replaced.
    @inlinable
    public mutating func gobDecode(_ remote: GobTypeID, from reader: inout GobReader) throws(GobError) {
        if Self.isBytes {
            let bytes: [UInt8] = try reader.readByteArray()
            guard let elements = bytes as? [Element] else { return }
            self = elements
            return
        }
        let count = try reader.readElementCount()
        let element = try reader.elementType(of: remote)
        try reader.enter()
        removeAll(keepingCapacity: true)
        reserveCapacity(reader.reservable(count, stride: MemoryLayout<Element>.stride))
        for _ in 0..<count {
            try reader.allocate(MemoryLayout<Element>.stride)
            var value = Element.gobZero
            try value.gobDecode(element, from: &reader)
            append(value)
        }
        reader.leave()
    }
}

extension GobReader {
    /// Reads a byte slice.
    @inlinable
    mutating func readByteArray() throws(GobError) -> [UInt8] {
        let count = try readByteCount()
        try allocate(count)
        return [UInt8](UnsafeRawBufferPointer(start: base + (position &- count), count: count))
    }

    /// The type of an array's or slice's elements.
    @usableFromInline
    func elementType(of type: GobTypeID) throws(GobError) -> GobTypeID {
        switch types[type] {
        case .slice(_, let element), .array(_, let element, _): return element
        default: throw mismatch(type, "a slice")
        }
    }
}
