/// A Swift type whose values can be part of a gob.
///
/// Conforming: `Bool`, the integers, `Float`, `Double`, `String`, ``GobText``, ``GobComplex``, ``GobTime``,
/// ``GobInterface``, and `Array` (of `UInt8`: Go's `[]byte`), `InlineArray` (Go's arrays), `Dictionary`, `Optional` and
/// ``GobBox`` (Go's pointers) of conforming types. A struct of your own conforms through ``GobStruct``, a type that
/// encodes itself through ``GobOpaque``, an enum with raw values by declaring the conformance.
public protocol GobField {
    /// The zero value: what a field is that the peer left out.
    static var gobZero: Self { get }

    /// The type in Go's notation, such as `[]string`.
    static var gobTypeName: String { get }

    /// Whether a value is sent as fields; other values are framed by a zero byte at top level.
    static var gobIsStruct: Bool { get }

    /// Adds the type to an encoder's table and returns its id.
    static func gobDescribe(in types: inout GobTypeDescriber, as naming: GobNaming) -> GobTypeID

    /// Whether values of that type of the stream can be received.
    static func gobAccepts(_ remote: GobTypeID, in types: GobTypes) -> Bool

    /// Whether a struct that has this value in a field leaves the field out.
    var gobIsZero: Bool { get }

    /// Appends the value without any framing.
    func gobEncode(to writer: inout GobWriter)

    /// Reads a value of the stream's type `remote`, which ``gobAccepts(_:in:)`` was true for.
    mutating func gobDecode(_ remote: GobTypeID, from reader: inout GobReader) throws(GobError)
}

extension GobField {
    /// False: only structs are sent as fields.
    @inlinable public static var gobIsStruct: Bool { false }
}

/// How a type is named in its definition; Go uses different names for the same type in different places.
public enum GobNaming: Sendable {
    /// With no name: elements of arrays and maps.
    case anonymous
    /// By the name it was declared with, if it was: elements of slices, and top-level values.
    case declared
    /// By its name or, if it has none, its notation: fields of structs.
    case full

    /// The name to send for a type like `[]string` that has none of its own.
    func name(notation: @autoclosure () -> String) -> String {
        self == .full ? notation() : ""
    }

    /// The name to send for a type that was declared with `name`.
    func name(declared name: String) -> String {
        self == .anonymous ? "" : name
    }
}

/// Walks the fields of a ``GobStruct``: one walks to describe the type, one to encode, one to decode.
public protocol GobFieldVisitor: ~Copyable {
    /// Visits the next field.
    ///
    /// - Parameters:
    ///   - name: the Go name of the field, which begins with an upper-case letter.
    ///   - value: the field.
    mutating func callAsFunction<Field: GobField>(_ name: StaticString, _ value: inout Field)
}

/// A struct that is sent as named fields.
///
/// ```swift
/// struct Point: GobStruct {
///     var x = 0
///     var y = 0
///
///     static var gobName: String { "Point" }
///     mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
///         field("X", &x)
///         field("Y", &y)
///     }
/// }
/// ```
public protocol GobStruct: GobField {
    /// The name of the Go type.
    static var gobName: String { get }

    /// Creates the zero value.
    init()

    /// Names the fields, all of them and always in the same order; the one declaration for both directions.
    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable)
}
