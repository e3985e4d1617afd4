extension Double: GobBasicField {
    /// `float`.
    @inlinable public static var gobBasicID: GobTypeID { .float }
    /// 0.
    @inlinable public static var gobZero: Double { 0 }
    /// `float64`.
    public static var gobTypeName: String { "float64" }
    /// Whether it is 0; -0 is too, as in Go.
    @inlinable public var gobIsZero: Bool { self == 0 }

    /// Appends the number.
    @inlinable
    public func gobEncode(to writer: inout GobWriter) {
        writer.writeFloat(self)
    }

    /// Reads a number.
    @inlinable
    public mutating func gobDecode(_ remote: GobTypeID, from reader: inout GobReader) throws(GobError) {
        self = try reader.readFloat()
    }
}

extension Float: GobBasicField {
    /// `float`.
    @inlinable public static var gobBasicID: GobTypeID { .float }
    /// 0.
    @inlinable public static var gobZero: Float { 0 }
    /// `float32`.
    public static var gobTypeName: String { "float32" }
    /// Whether it is 0; -0 is too, as in Go.
    @inlinable public var gobIsZero: Bool { self == 0 }

    /// Appends the number as one of 64 bits.
    @inlinable
    public func gobEncode(to writer: inout GobWriter) {
        writer.writeFloat(Double(self))
    }

    /// Reads a number, and refuses one that is too large.
    @inlinable
    public mutating func gobDecode(_ remote: GobTypeID, from reader: inout GobReader) throws(GobError) {
        self = try reader.readFloat32()
    }
}

extension GobReader {
    /// Reads a floating-point number that must not exceed the range of `Float`; infinities do not.
    @inlinable
    mutating func readFloat32() throws(GobError) -> Float {
        let value = try readFloat()
        if value.isFinite, value.magnitude > Double(Float.greatestFiniteMagnitude) {
            throw rangeError(value.description, "float32")
        }
        return Float(value)
    }
}

/// A complex number, Go's `complex128` or (of `Float`) `complex64`.
@frozen
public struct GobComplex<Part: BinaryFloatingPoint & GobBasicField & Sendable>: GobBasicField, Hashable, Sendable {
    /// The real part.
    public var real: Part
    /// The imaginary part.
    public var imaginary: Part

    /// Creates a number from its parts.
    @inlinable
    public init(_ real: Part = 0, _ imaginary: Part = 0) {
        self.real = real
        self.imaginary = imaginary
    }

    /// `complex`.
    @inlinable public static var gobBasicID: GobTypeID { .complex }
    /// 0.
    @inlinable public static var gobZero: Self { Self() }
    /// `complex64` or `complex128`.
    public static var gobTypeName: String { Part.self == Float.self ? "complex64" : "complex128" }
    /// Whether both parts are 0.
    @inlinable public var gobIsZero: Bool { real == 0 && imaginary == 0 }

    /// Appends the parts, the real one first.
    @inlinable
    public func gobEncode(to writer: inout GobWriter) {
        real.gobEncode(to: &writer)
        imaginary.gobEncode(to: &writer)
    }

    /// Reads the parts.
    @inlinable
    public mutating func gobDecode(_ remote: GobTypeID, from reader: inout GobReader) throws(GobError) {
        try real.gobDecode(.float, from: &reader)
        try imaginary.gobDecode(.float, from: &reader)
    }
}
