/// The number by which a stream names a type (`typeId` in the specification).
///
/// Ids below ``firstUser`` are known to both sides from the start; an encoder gives out the others and sends a
/// definition for each.
@frozen
public struct GobTypeID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The number on the wire.
    public var rawValue: Int32

    /// Creates an id from its number.
    @inlinable
    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    @inlinable
    init(_ rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// The lowest id that an encoder may give to a type of its own.
    public static let firstUser = GobTypeID(64)

    /// Go's `bool`.
    @inlinable public static var bool: GobTypeID { GobTypeID(1) }
    /// Every signed integer.
    @inlinable public static var int: GobTypeID { GobTypeID(2) }
    /// Every unsigned integer.
    @inlinable public static var uint: GobTypeID { GobTypeID(3) }
    /// Every floating-point number.
    @inlinable public static var float: GobTypeID { GobTypeID(4) }
    /// Go's `[]byte`.
    @inlinable public static var bytes: GobTypeID { GobTypeID(5) }
    /// Go's `string`.
    @inlinable public static var string: GobTypeID { GobTypeID(6) }
    /// Every complex number.
    @inlinable public static var complex: GobTypeID { GobTypeID(7) }
    /// Every interface.
    @inlinable public static var interface: GobTypeID { GobTypeID(8) }

    /// The struct that describes a type.
    static let wireType = GobTypeID(16)
    static let arrayType = GobTypeID(17)
    static let commonType = GobTypeID(18)
    static let sliceType = GobTypeID(19)
    static let structType = GobTypeID(20)
    static let fieldType = GobTypeID(21)
    static let fieldTypeSlice = GobTypeID(22)
    static let mapType = GobTypeID(23)
    /// Not fixed by the specification, as no stream names it; Go's own table has it next.
    static let gobEncoderType = GobTypeID(24)

    /// The name of a basic type, or the number.
    public var description: String {
        switch self {
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .float: "float"
        case .bytes: "[]byte"
        case .string: "string"
        case .complex: "complex"
        case .interface: "interface"
        default: "type \(rawValue)"
        }
    }
}
