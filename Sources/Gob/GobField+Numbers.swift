/// A type whose id is fixed by the specification.
public protocol GobBasicField: GobField {
    /// The id of the type.
    static var gobBasicID: GobTypeID { get }
}

extension GobBasicField {
    /// The basic type's own id.
    public static func gobDescribe(in types: inout GobTypeDescriber, as naming: GobNaming) -> GobTypeID {
        gobBasicID
    }

    /// Whether the remote type is the same basic type.
    public static func gobAccepts(_ remote: GobTypeID, in types: GobTypes) -> Bool {
        remote == gobBasicID
    }
}

extension Bool: GobBasicField {
    /// `bool`.
    @inlinable public static var gobBasicID: GobTypeID { .bool }
    /// False.
    @inlinable public static var gobZero: Bool { false }
    /// `bool`.
    public static var gobTypeName: String { "bool" }
    /// Whether it is false.
    @inlinable public var gobIsZero: Bool { !self }

    /// Appends 0 or 1.
    @inlinable
    public func gobEncode(to writer: inout GobWriter) {
        writer.writeUInt(self ? 1 : 0)
    }

    /// Reads a number; all but 0 are true.
    @inlinable
    public mutating func gobDecode(_ remote: GobTypeID, from reader: inout GobReader) throws(GobError) {
        self = try reader.readUInt() != 0
    }
}

/// A signed integer of any width.
public protocol GobSignedField: GobBasicField, FixedWidthInteger, SignedInteger {}

extension GobSignedField {
    /// `int`, whatever the width.
    @inlinable public static var gobBasicID: GobTypeID { .int }
    /// 0.
    @inlinable public static var gobZero: Self { 0 }
    /// `int` or `int8` to `int64`.
    public static var gobTypeName: String { "\(Self.self)".lowercased() }
    /// Whether it is 0.
    @inlinable public var gobIsZero: Bool { self == 0 }

    /// Appends the number.
    @inlinable
    public func gobEncode(to writer: inout GobWriter) {
        writer.writeInt(Int64(truncatingIfNeeded: self))
    }

    /// Reads a number, and refuses one that does not fit.
    @inlinable
    public mutating func gobDecode(_ remote: GobTypeID, from reader: inout GobReader) throws(GobError) {
        let value = try reader.readInt()
        guard let fitting = Self(exactly: value) else {
            throw reader.rangeError(value.description, Self.gobTypeName)
        }
        self = fitting
    }
}

extension Int: GobSignedField {}
extension Int8: GobSignedField {}
extension Int16: GobSignedField {}
extension Int32: GobSignedField {}
extension Int64: GobSignedField {}

/// An unsigned integer of any width.
public protocol GobUnsignedField: GobBasicField, FixedWidthInteger, UnsignedInteger {}

extension GobUnsignedField {
    /// `uint`, whatever the width.
    @inlinable public static var gobBasicID: GobTypeID { .uint }
    /// 0.
    @inlinable public static var gobZero: Self { 0 }
    /// `uint` or `uint8` to `uint64`.
    public static var gobTypeName: String { "\(Self.self)".lowercased() }
    /// Whether it is 0.
    @inlinable public var gobIsZero: Bool { self == 0 }

    /// Appends the number.
    @inlinable
    public func gobEncode(to writer: inout GobWriter) {
        writer.writeUInt(UInt64(truncatingIfNeeded: self))
    }

    /// Reads a number, and refuses one that does not fit.
    @inlinable
    public mutating func gobDecode(_ remote: GobTypeID, from reader: inout GobReader) throws(GobError) {
        let value = try reader.readUInt()
        guard let fitting = Self(exactly: value) else {
            throw reader.rangeError(value.description, Self.gobTypeName)
        }
        self = fitting
    }
}

extension UInt: GobUnsignedField {}
extension UInt8: GobUnsignedField {}
extension UInt16: GobUnsignedField {}
extension UInt32: GobUnsignedField {}
extension UInt64: GobUnsignedField {}
