import Gob
import Testing

@Suite("Types that differ")
struct EvolutionTests {
    @Test func unknownFieldsAreSkipped() throws {
        let bytes = try Vector.named("type evolution").bytes
        var decoder = GobDecoder()
        var point = Point()
        guard case .value(let consumed) = try decoder.decode(into: &point, from: bytes.span.bytes) else { return }
        #expect(point == Point(x: 22, y: 33))
        // The second value uses a type that was defined inside a skipped field.
        let rest = bytes.span.bytes.extracting(consumed..<bytes.count)
        #expect(try decoder.decode(into: &point, from: rest) == .value(consumed: bytes.count - consumed))
        #expect(point == Point(x: 1, y: 2))
    }

    @Test func orderDoesNotMatter() throws {
        #expect(try decode(Point.self, Vector.named("swapped").bytes) == Point(x: 2, y: 1))
    }

    @Test func missingFieldsStay() throws {
        var decoder = GobDecoder()
        var arguments = Arguments<String>(name: "old", data: "old", severity: "ERROR", seq: 5)
        let bytes = try Vector.named("rpc payload").bytes
        _ = try decoder.decode(into: &arguments, from: bytes.span.bytes)
        #expect(arguments == Arguments(name: "event", data: "some data", severity: "ERROR", seq: 5))
    }

    @Test func widthsAreChecked() throws {
        #expect(try gobError { _ = try decode(Int8.self, encode(128)) }.code == .outOfRange)
        #expect(try gobError { _ = try decode(Int32.self, encode(Int64.min)) }.code == .outOfRange)
        #expect(try gobError { _ = try decode(UInt16.self, encode(UInt64.max)) }.code == .outOfRange)
        #expect(try gobError { _ = try decode(Float.self, encode(1e300)) }.code == .outOfRange)
        #expect(try decode(Int8.self, encode(Int64(-128))) == -128)
        #expect(try decode(Float.self, encode(Double.infinity)) == .infinity)
    }

    @Test func incompatibleTypesAreNamed() throws {
        let error = try gobError { _ = try decode(Unfitting.self, Vector.named("point").bytes) }
        #expect(error.code == .typeMismatch)
        #expect(error.message.contains("Point.Y") && error.message.contains("int") && error.message.contains("string"))
        #expect(error.resumeOffset != nil)
        #expect(try gobError { _ = try decode(UInt.self, encode(1)) }.code == .typeMismatch)
        #expect(try gobError { _ = try decode([String].self, encode([1])) }.code == .typeMismatch)
        #expect(try gobError { _ = try decode(Point.self, encode("text")) }.code == .typeMismatch)
        #expect(try gobError { _ = try decode(Request.self, encode(Point())) }.message.contains("no field in common"))
        let pair = try Vector.named("binary marshaler").bytes
        #expect(try gobError { _ = try decode(GobTime.self, pair) }.code == .typeMismatch)
        #expect(
            try gobError { _ = try decode(InlineArray<2, Int>.self, Vector.named("array int").bytes) }.code
                == .typeMismatch)
    }

    @Test func theStreamGoesOnAfterAValueThatWasRefused() throws {
        let bytes = try Vector.named("stream of points").bytes
        var decoder = GobDecoder()
        var wrong = Unfitting()
        let error = try #require(throws: GobError.self) {
            _ = try decoder.decode(into: &wrong, from: bytes.span.bytes)
        }
        let offset = try #require(error.resumeOffset)
        var point = Point()
        _ = try decoder.decode(into: &point, from: bytes.span.bytes.extracting(offset..<bytes.count))
        #expect(point == Point(x: 3, y: 4))
    }
}

/// Has `Point`'s names with other types.
private struct Unfitting: GobStruct {
    var x = 0
    var y = ""

    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("X", &x)
        field("Y", &y)
    }
}
