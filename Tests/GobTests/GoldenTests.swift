import Gob
import Testing

@Suite("Go's own streams")
struct GoldenTests {
    @Test func thereAreVectors() {
        #expect(Vector.all.count >= 150)
    }

    @Test(arguments: Vector.all)
    func decodesToWhatGoEncoded(_ vector: Vector) throws {
        let documents = try decodeAll(vector.bytes)
        try #require(documents.count == vector.values.count)
        for (document, expected) in zip(documents, vector.values) {
            #expect(expected.difference(from: document.value) == nil)
        }
    }

    /// Go has two types for `big.Int` and for a pointer to it, and writes the id of the one into the definition of the
    /// other, where nothing reads it.
    static let odd: Set = ["big int", "bigs"]

    @Test(arguments: Vector.all.filter { !odd.contains($0.name) })
    func isEncodedAsGoDoes(_ vector: Vector) throws {
        #expect(try encode(decodeAll(vector.bytes)).hex == vector.hex)
    }

    @Test(arguments: Vector.all)
    func canBeSkipped(_ vector: Vector) throws {
        let bytes = vector.bytes
        var decoder = GobDecoder()
        var offset = 0
        for _ in vector.values {
            let rest = bytes.span.bytes.extracting(offset..<bytes.count)
            guard case .value(let consumed) = try decoder.skip(from: rest) else {
                Issue.record("incomplete")
                return
            }
            offset += consumed
        }
        #expect(offset == bytes.count)
    }

    @Test(arguments: Vector.all)
    func isReadInAnySplit(_ vector: Vector) throws {
        let bytes = vector.bytes
        // Every split of the long ones would take minutes.
        for piece in bytes.count < 2000 ? [1, 2, 3, 7, 64] : [997] {
            var decoder = GobStreamDecoder()
            var documents: [GobDocument] = []
            for start in stride(from: 0, to: bytes.count, by: piece) {
                decoder.append(bytes.span.bytes.extracting(start..<min(start + piece, bytes.count)))
                while let document = try decoder.nextDocument() { documents.append(document) }
            }
            #expect(decoder.pendingCount == 0)
            #expect(documents.count == vector.values.count)
            for (document, expected) in zip(documents, vector.values) {
                #expect(expected.difference(from: document.value) == nil)
            }
        }
    }

    @Test(arguments: Vector.all)
    func hasATextOfItsOwn(_ vector: Vector) {
        let bytes = vector.bytes
        let text = GobStreamText.description(of: bytes.span.bytes)
        #expect(!text.contains("// after") && !text.contains("ends inside"))
        #expect(text.split(separator: "\n").count >= vector.values.count)
    }
}
