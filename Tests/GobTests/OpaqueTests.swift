import Gob
import Testing

@Suite("Types that encode themselves")
struct OpaqueTests {
    @Test func eachKind() throws {
        let gob = try Vector.named("gob encoder")
        #expect(try decode(Brackets.self, gob.bytes).text == "hello")
        #expect(try encode(Brackets(text: "hello"), firstTypeID: firstID(gob)).hex == gob.hex)
        let binary = try Vector.named("binary marshaler")
        #expect(try decode(Octets<Binary>.self, binary.bytes).octets == [1, 2])
        #expect(try encode(Octets<Binary>(octets: [1, 2]), firstTypeID: firstID(binary)).hex == binary.hex)
        // Go itself does not send this kind, and the specification has it.
        let text = try encode(Octets<Textual>(octets: [65]))
        #expect(try decode(Octets<Textual>.self, text).octets == [65])
        #expect(try gobError { _ = try decode(Octets<Binary>.self, text) }.code == .typeMismatch)
    }

    @Test func aRefusalByTheTypeItselfIsPassedOn() throws {
        let empty = try GobDocument(encoding: Brackets(text: "x"))
        guard case .opaque(let type, let name, _) = empty.value else { return }
        let short = GobDocument(.opaque(type: type, name: name, bytes: []), types: empty.types)
        #expect(try gobError { _ = try short.decode(as: Brackets.self) }.message == "no brackets")
    }

    private func firstID(_ vector: Vector) throws -> Int32 {
        try #require(decodeAll(vector.bytes)[0].types.ids.first).rawValue
    }
}

/// `Text` of Tests/Peers/gobvectors.
private struct Brackets: GobOpaque {
    var text = ""

    static var gobName: String { "Text" }
    static var gobOpaqueKind: GobOpaqueKind { .gobEncoder }
    static var gobZero: Brackets { Brackets() }
    var gobIsZero: Bool { text.isEmpty }

    func gobBytes() -> [UInt8] { Array("<\(text)>".utf8) }

    mutating func setGobBytes(_ bytes: RawSpan) throws(GobError) {
        guard bytes.byteCount >= 2 else { throw GobError(.corrupted, "no brackets") }
        let inner = bytes.extracting(1..<bytes.byteCount - 1)
        text = inner.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
}

private protocol Kind { static var kind: GobOpaqueKind { get } }
private enum Binary: Kind { static var kind: GobOpaqueKind { .binaryMarshaler } }
private enum Textual: Kind { static var kind: GobOpaqueKind { .textMarshaler } }

private struct Octets<Way: Kind>: GobOpaque {
    var octets: [UInt8] = []

    static var gobName: String { "Pair" }
    static var gobOpaqueKind: GobOpaqueKind { Way.kind }
    static var gobZero: Self { Self() }
    var gobIsZero: Bool { octets.isEmpty }

    func gobBytes() -> [UInt8] { octets }

    mutating func setGobBytes(_ bytes: RawSpan) {
        octets = bytes.withUnsafeBytes { Array($0) }
    }
}
