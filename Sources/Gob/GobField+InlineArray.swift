/// Go's arrays: `InlineArray<3, Int>` is `[3]int`.
extension InlineArray: GobField where Element: GobField {
    /// The array of zeros.
    @inlinable public static var gobZero: InlineArray<count, Element> { InlineArray(repeating: Element.gobZero) }
    /// `[count]` and the element's name.
    public static var gobTypeName: String { "[\(count)]\(Element.gobTypeName)" }
    /// False: gob sends arrays even where all their elements are zero.
    @inlinable public var gobIsZero: Bool { false }

    /// Adds the array after its element.
    public static func gobDescribe(in types: inout GobTypeDescriber, as naming: GobNaming) -> GobTypeID {
        types.describe(Self.self) { types in
            let element = Element.gobDescribe(in: &types, as: .anonymous)
            return .array(name: naming.name(notation: gobTypeName), element: element, length: count)
        }
    }

    /// Whether the remote type is an array of the same length, of elements that can be received.
    public static func gobAccepts(_ remote: GobTypeID, in types: GobTypes) -> Bool {
        guard case .array(_, let element, count) = types[remote] else { return false }
        return Element.gobAccepts(element, in: types)
    }

    /// Appends the count and the elements, zero ones too.
    @inlinable
    public func gobEncode(to writer: inout GobWriter) {
        writer.writeUInt(UInt64(truncatingIfNeeded: count))
        for index in indices { self[index].gobEncode(to: &writer) }
    }

    /// Reads the elements, whose count is sent although the type has it.
    @inlinable
    public mutating func gobDecode(_ remote: GobTypeID, from reader: inout GobReader) throws(GobError) {
        let received = try reader.readElementCount()
        guard received == count else { throw GobError.arrayLength(received, count) }
        let element = try reader.elementType(of: remote)
        try reader.enter()
        for index in indices { try self[index].gobDecode(element, from: &reader) }
        reader.leave()
    }
}
