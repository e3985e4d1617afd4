import EngineTestKit
import Gob
import Testing

/// Damaged streams must be refused or read as something else; they must not trap, hang or take much memory.
@Suite("Damaged streams")
struct DamageTests {
    static let limits = GobLimits(messageBytes: 1 << 20, types: 200, elements: 100_000, allocatedBytes: 8 << 20)

    /// Where to damage a stream: everywhere, or in a long one at both ends, which hold all that is not repetition.
    func positions(_ bytes: [UInt8]) -> [Int] {
        bytes.count <= 400 ? Array(bytes.indices) : Array(0..<250) + Array((bytes.count - 50)..<bytes.count)
    }

    /// Reads a stream in every way there is.
    func readAll(_ bytes: [UInt8]) {
        _ = try? decodeAll(bytes, limits: DamageTests.limits)
        _ = try? decode(Everything.self, bytes, limits: DamageTests.limits)
        _ = try? decode(Arguments<GobText>.self, bytes, limits: DamageTests.limits)
        _ = GobStreamText.description(of: bytes.span.bytes, limits: DamageTests.limits)
        var decoder = GobDecoder(limits: DamageTests.limits)
        _ = try? decoder.skip(from: bytes.span.bytes)
    }

    @Test(arguments: Vector.all)
    func truncated(_ vector: Vector) {
        let bytes = vector.bytes
        for count in positions(bytes) { readAll(Array(bytes[..<count])) }
    }

    @Test(arguments: Vector.all)
    func oneByteChanged(_ vector: Vector) {
        let bytes = vector.bytes
        for index in positions(bytes) {
            for change: UInt8 in [0x01, 0x80, 0xff, bytes[index]] {
                var damaged = bytes
                damaged[index] ^= change
                readAll(damaged)
            }
        }
    }

    @Test(arguments: 0..<200)
    func random(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            var bytes = random.noise(upTo: 63)
            readAll(bytes)
            // Nothing but noise seldom gets past the length.
            bytes.insert(UInt8(bytes.count), at: 0)
            readAll(bytes)
        }
    }
}

/// A struct whose fields have the names that the vectors use, of many types.
struct Everything: GobStruct {
    var x = 0
    var name = ""
    var ints: [Int] = []
    var points: [Point] = []
    var byName: [String: Int] = [:]
    var held = GobInterface()
    var trees: [Everything] = []
    var at = GobTime.gobZero
    var text: GobText = GobText()
    var data: [UInt8] = []
    var small: Int8 = 0
    var fixed: InlineArray<4, UInt8> = .gobZero

    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("X", &x)
        field("Name", &name)
        field("Ints", &ints)
        field("Points", &points)
        field("ByName", &byName)
        field("Held", &held)
        field("Trees", &trees)
        field("At", &at)
        field("Text", &text)
        field("Data", &data)
        field("A", &small)
        field("Fixed", &fixed)
    }
}
