// The structs that describe types on the wire. They are gobs themselves, so they are declared like any other.

/// `wireType`: exactly one of its fields is set.
struct GobWireTypeDefinition: GobStruct {
    var arrayT: ArrayDefinition?
    var sliceT: SliceDefinition?
    var structT: StructDefinition?
    var mapT: MapDefinition?
    var gobEncoderT: OpaqueDefinition?
    var binaryMarshalerT: OpaqueDefinition?
    var textMarshalerT: OpaqueDefinition?

    static var gobName: String { "wireType" }

    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("ArrayT", &arrayT)
        field("SliceT", &sliceT)
        field("StructT", &structT)
        field("MapT", &mapT)
        field("GobEncoderT", &gobEncoderT)
        field("BinaryMarshalerT", &binaryMarshalerT)
        field("TextMarshalerT", &textMarshalerT)
    }
}

struct CommonDefinition: GobStruct {
    var name = ""
    var id: Int32 = 0

    static var gobName: String { "CommonType" }

    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("Name", &name)
        field("Id", &id)
    }
}

struct ArrayDefinition: GobStruct {
    var common = CommonDefinition()
    var elem: Int32 = 0
    var len = 0

    static var gobName: String { "arrayType" }

    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("CommonType", &common)
        field("Elem", &elem)
        field("Len", &len)
    }
}

struct SliceDefinition: GobStruct {
    var common = CommonDefinition()
    var elem: Int32 = 0

    static var gobName: String { "sliceType" }

    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("CommonType", &common)
        field("Elem", &elem)
    }
}

struct StructDefinition: GobStruct {
    var common = CommonDefinition()
    var fields: [FieldDefinition] = []

    static var gobName: String { "structType" }

    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("CommonType", &common)
        field("Field", &fields)
    }
}

struct FieldDefinition: GobStruct {
    var name = ""
    var id: Int32 = 0

    static var gobName: String { "fieldType" }

    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("Name", &name)
        field("Id", &id)
    }
}

struct MapDefinition: GobStruct {
    var common = CommonDefinition()
    var key: Int32 = 0
    var elem: Int32 = 0

    static var gobName: String { "mapType" }

    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("CommonType", &common)
        field("Key", &key)
        field("Elem", &elem)
    }
}

struct OpaqueDefinition: GobStruct {
    var common = CommonDefinition()

    static var gobName: String { "gobEncoderType" }

    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("CommonType", &common)
    }
}
