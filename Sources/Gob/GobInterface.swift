/// A Go interface in a field: nothing, or a value with the name that Go's `gob.Register` gave its type.
public struct GobInterface: GobBasicField, Hashable, Sendable {
    /// The registered name; empty where the interface holds nothing.
    public var name: String
    /// What the interface holds.
    public var content: GobDocument

    /// Creates an interface that holds nothing.
    public init() {
        name = ""
        content = GobDocument()
    }

    /// Creates an interface that holds `content`.
    public init(name: String, _ content: GobDocument) {
        self.name = name
        self.content = content
    }

    /// Creates an interface that holds a Swift value.
    ///
    /// - Parameters:
    ///   - name: what Go has registered the type as: the name of a basic type, or import path and name.
    ///   - value: the value.
    public init<Value: GobField>(name: String, encoding value: Value) throws(GobError) {
        self.init(name: name, try GobDocument(encoding: value))
    }

    /// `interface`.
    public static var gobBasicID: GobTypeID { .interface }
    /// An interface that holds nothing.
    public static var gobZero: GobInterface { GobInterface() }
    /// `interface`.
    public static var gobTypeName: String { "interface {}" }
    /// Whether it holds nothing.
    public var gobIsZero: Bool { name.isEmpty }

    /// Appends the name, the type and the value.
    public func gobEncode(to writer: inout GobWriter) {
        writer.useTypes(content.types)
        writer.writeInterface(name: name, value: content.value)
    }

    /// Reads the name, the type and the value.
    public mutating func gobDecode(_ remote: GobTypeID, from reader: inout GobReader) throws(GobError) {
        self = GobInterface()
        if let (name, value) = try reader.readInterface() {
            self = GobInterface(name: name, GobDocument(value, types: reader.types))
        }
    }
}
