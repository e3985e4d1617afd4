import Gob
import Testing

@Suite("Codable values")
struct CodableTests {
    struct Entry: Codable, Equatable {
        var name: String
        var count: Int?
        var tags: [String]
        var data: [UInt8]
        var by: [String: Double]
        var parts: [Part]
        var kind: Kind
    }

    struct Part: Codable, Equatable {
        var x: Int8
        var y: UInt16?
    }

    enum Kind: String, Codable {
        case plain = ""
        case special
    }

    let entry = Entry(
        name: "n", count: 3, tags: ["a", ""], data: [1, 2], by: ["k": 1.5], parts: [Part(x: -1), Part(x: 0, y: 7)],
        kind: .special)

    @Test func roundTrip() throws {
        #expect(try GobDocument(encodable: entry).decode(decodable: Entry.self) == entry)
        let empty = Entry(name: "", count: nil, tags: [], data: [], by: [:], parts: [], kind: .plain)
        #expect(try GobDocument(encodable: empty).decode(decodable: Entry.self) == empty)
        #expect(try GobDocument(encodable: [1, 2, 3]).decode(decodable: [Int].self) == [1, 2, 3])
        #expect(try GobDocument(encodable: "text").decode(decodable: String.self) == "text")
    }

    @Test func fieldsHaveGoNames() throws {
        let document = try GobDocument(encodable: entry)
        #expect(document.value["Name"] == .string("n"))
        #expect(document.value["Count"] == .int(3))
        #expect(try document.decode(as: Named.self).name == "n")
    }

    @Test func typesAreDefinedOnce() throws {
        var encoder = GobEncoder()
        try encoder.encode(GobDocument(encodable: entry))
        try encoder.encode(GobDocument(encodable: [Part(x: 1)]))
        let types = try encoder.withUnsafeBytes { try decodeAll(Array($0)) }.last?.types.count
        for _ in 0..<5 {
            try encoder.encode(GobDocument(encodable: entry))
            try encoder.encode(GobDocument(encodable: [Part(x: 1)]))
        }
        #expect(try encoder.withUnsafeBytes { try decodeAll(Array($0)) }.last?.types.count == types)
    }

    @Test func goStructsAreDecodable() throws {
        struct GoPoint: Decodable, Equatable {
            var x: Int
            var y: Int32
        }
        let documents = try decodeAll(Vector.named("point y only").bytes)
        #expect(try documents[0].decode(decodable: GoPoint.self) == GoPoint(x: 0, y: -129))
        let map = try decodeAll(Vector.named("map string int").bytes)
        #expect(try map[0].decode(decodable: [String: Int].self) == ["a": 1, "b": -2, "": 0])
        #expect(throws: DecodingError.self) { try map[0].decode(decodable: [String: UInt].self) }
        #expect(throws: DecodingError.self) { try documents[0].decode(decodable: [Int].self) }
    }

    @Test func mixedCollectionsAreRefused() {
        struct Mixed: Encodable {
            func encode(to encoder: any Encoder) throws {
                var list = encoder.unkeyedContainer()
                try list.encode(1)
                try list.encode("two")
            }
        }
        #expect(throws: GobError.self) { try GobDocument(encodable: Mixed()) }
    }
}

private struct Named: GobStruct {
    var name = ""

    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("Name", &name)
    }
}
