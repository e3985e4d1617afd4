import Gob
import Testing

@Suite("Limits")
struct LimitTests {
    func code(
        _ name: String, _ limits: GobLimits, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> GobError.Code {
        try gobError(sourceLocation: sourceLocation) { _ = try decodeAll(Vector.named(name).bytes, limits: limits) }
            .code
    }

    @Test func eachLimitIsKept() throws {
        #expect(try code("string of 70000", GobLimits(messageBytes: 70000)) == .limitExceeded)
        #expect(try code("string of 70000", GobLimits(allocatedBytes: 69999)) == .limitExceeded)
        #expect(try code("list", GobLimits(nesting: 30)) == .limitExceeded)
        #expect(try code("interface in every place", GobLimits(types: 3)) == .limitExceeded)
        #expect(try code("interface in every place", GobLimits(definitionBytes: 100)) == .limitExceeded)
        #expect(try code("slice long", GobLimits(elements: 999)) == .limitExceeded)
        #expect(try code("slice long", GobLimits(allocatedBytes: 10_000)) == .limitExceeded)
        #expect(try decodeAll(Vector.named("slice long").bytes, limits: GobLimits(elements: 1000)).count == 1)
    }

    @Test func valuesOfSeveralMessagesAreLimitedAsOne() throws {
        let bytes = try Vector.named("interface in every place").bytes
        #expect(try code("interface in every place", GobLimits(messageBytes: bytes.count / 2)) == .limitExceeded)
    }

    /// A length that nothing follows must not make the decoder wait for it or reserve memory for it.
    @Test(arguments: [
        "f8ffffffffffffffff", "f87fffffffffffffff", "fc7fffffff", "f700", "80",
    ])
    func impossibleLengths(_ hex: String) throws {
        #expect(try gobError { _ = try decodeAll([UInt8](hex: hex)) }.code != .incomplete)
    }

    @Test(arguments: [
        "0a0c00f87fffffffffffff",  // a string
        "0a0a00f8ffffffffffffff",  // bytes
        "0cff8400f8ffffffffffffffff",  // a type that is not defined
        "00",  // no type
        "0104",  // no value
        "020400", "02ff81",
    ])
    func impossibleValues(_ hex: String) throws {
        #expect(try gobError { _ = try decodeAll([UInt8](hex: hex)) }.code == .corrupted)
    }

    @Test func sliceThatClaimsTooMuch() throws {
        // After the definition of []int: type 65, the mark, 2^32 elements.
        let empty = try encode([Int]())
        let bytes = Array(empty.dropLast(5)) + [0x09, 0xff, 0x82, 0x00, 0xfb, 1, 0, 0, 0, 0]
        #expect(throws: GobError.self) { _ = try decodeAll(bytes) }
        #expect(throws: GobError.self) { _ = try decode([Int].self, bytes) }
    }

    @Test func valuesThatHoldThemselvesCannotBeSentForever() throws {
        var tree = Tree()
        for value in 0..<300 { tree = Tree(value: value, left: GobBox(tree)) }
        #expect(try gobError { _ = try encode(tree) }.code == .limitExceeded)
    }

    @Test func typesThatAreTheirOwnElement() throws {
        // type 65 is a slice of 65: 0b ff81 02 01 02 ff82 00 01 ff82 00 00 ...
        var encoder = GobEncoder()
        var types = GobTypes()
        let id = GobTypeID(rawValue: 65)
        types.define(id, as: .slice(name: "", element: id))
        var value = GobValue.slice(type: id, elements: [])
        for _ in 0..<150 { value = .slice(type: id, elements: [value]) }
        try encoder.encode(GobDocument(value, types: types))
        let bytes = encoder.withUnsafeBytes { Array($0) }
        #expect(try decodeAll(bytes)[0].value == value)
        #expect(try gobError { _ = try decodeAll(bytes, limits: GobLimits(nesting: 100)) }.code == .limitExceeded)
        #expect(GobStreamText.description(of: bytes.span.bytes).contains("..."))
    }
}
