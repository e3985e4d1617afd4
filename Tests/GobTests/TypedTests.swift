import Gob
import Testing

@Suite("Swift types against Go's streams")
struct TypedTests {
    /// Decodes a vector, compares it, and expects Go's bytes back.
    func check<Value: GobField & Equatable>(_ name: String, _ expected: Value) throws {
        let vector = try Vector.named(name)
        #expect(try decode(Value.self, vector.bytes) == expected)
        let first = try decodeAll(vector.bytes)[0].types.ids.first?.rawValue ?? 65
        #expect(try encode(expected, firstTypeID: first).hex == vector.hex)
    }

    @Test func numbers() throws {
        try check("bool true", true)
        try check("int64 -9223372036854775808", Int64.min)
        try check("int64 9223372036854775807", Int64.max)
        try check("int8 min", Int8.min)
        try check("int16 min", Int16.min)
        try check("int32 min", Int32.min)
        try check("int min", Int.min)
        try check("uint8 max", UInt8.max)
        try check("uint16 max", UInt16.max)
        try check("uint32 max", UInt32.max)
        try check("uint64 18446744073709551615", UInt64.max)
        try check("float64 smallest", Double.leastNonzeroMagnitude)
        try check("float64 minus inf", -Double.infinity)
        try check("float32 max", Float.greatestFiniteMagnitude)
        try check("complex128", GobComplex<Double>(1.5, -2))
        try check("complex64", GobComplex<Float>(0, 3))
        try check("pointer to int", Optional(7))
        #expect(try decode(Double.self, Vector.named("float64 nan").bytes).isNaN)
    }

    @Test func texts() throws {
        try check("string unicode", "grüße 世界 🚀\u{0}\n")
        try check("string of 128", String(repeating: "x", count: 128))
        try check("string of 70000", String(repeating: "x", count: 70000))
        try check("bytes", [UInt8]([0, 1, 127, 128, 255]))
        #expect(try decode(String.self, Vector.named("string not utf8").bytes) == "\u{fffd}\u{fffd}\u{0}a")
    }

    @Test func structs() throws {
        try check("rpc request", Request(serviceMethod: "RPCServer.LogInfo", seq: 7))
        try check(
            "rpc stamped",
            Arguments(
                name: "event", data: "data", severity: "WARNING", run: "run-1", seq: 1 << 40,
                sentAt: -1_700_000_000_000_000_000))
        try check("basics minus zero", Basics(float: 0, text: "x"))
        #expect(
            try decode(Basics.self, Vector.named("basics").bytes)
                == Basics(
                    flag: true, int: -1, uint: 1, float: 1.5, single: 0.25, complex: GobComplex(1, -1), text: "text",
                    data: [1, 2]))
        #expect(
            try decode(Widths.self, Vector.named("widths min").bytes)
                == Widths(a: .min, b: .min, c: .min, d: .min, i: .min))
        let max = Widths(
            a: .max, b: .max, c: .max, d: .max, e: .max, f: .max, g: .max, h: .max, i: .max, j: .max, k: .max)
        #expect(try decode(Widths.self, Vector.named("widths max").bytes) == max)
    }

    @Test func recursiveTypes() throws {
        let third = Tree(value: 3)
        let tree = Tree(
            value: 1, left: GobBox(Tree(value: 2, right: GobBox(third))), right: GobBox(Tree()))
        try check("tree", tree)
        let forest = Forest(
            name: "a", trees: [Forest(name: "b"), Forest(name: "c", trees: [Forest()])],
            named: ["d": Forest(name: "e")])
        #expect(try decode(Forest.self, Vector.named("forest").bytes) == forest)
        #expect(try decode(Forest.self, encode(forest)) == forest)
    }

    @Test func collections() throws {
        #expect(try decode([[Int]].self, Vector.named("slice of slices").bytes) == [[], [1], [2, 3]])
        try check("slice float", [0, 1.25, Double.infinity])
        try check("map of bytes", ["a": [1, 2] as [UInt8]])
        let all = try decode(Collections.self, Vector.named("collections").bytes)
        #expect(all.ints == [1, 2] && all.names == ["a", ""] && all.points == [Point(x: 1, y: 2), Point()])
        #expect(all.grid[0][2] == 3 && all.grid[1][0] == -1 && all.fixed[0] == 9 && all.fixed[3] == 6)
        #expect(all.byName == ["k": 1] && all.byPoint == [Point(x: 1, y: 1): ["x"]])
        let array = try decode(InlineArray<3, Int>.self, Vector.named("array int").bytes)
        #expect(array[0] == 1 && array[1] == 0 && array[2] == -1)
    }

    @Test func times() throws {
        let moment = GobTime(unixSeconds: 1_709_210_096, nanoseconds: 789_000_001)
        try check("time utc", moment)
        var zoned = moment
        zoned.zoneOffset = 19_800
        try check("time zone", zoned)
        zoned.zoneOffset = -28_800
        try check("time west", zoned)
        zoned.zoneOffset = 3601
        try check("time zone with seconds", zoned)
        try check("time zero", GobTime.gobZero)
        try check("time epoch", GobTime(unixSeconds: 0))
        let later = GobTime(unixSeconds: moment.unixSeconds + 3600, nanoseconds: moment.nanoseconds)
        let times = Times(at: moment, maybe: later, all: [moment, .gobZero], after: 5)
        #expect(try decode(Times.self, Vector.named("times").bytes) == times)
        #expect(try decode(Times.self, encode(times)) == times)
        #expect(moment.description == "2024-02-29T12:34:56.789000001Z")
        #expect(GobTime.gobZero.description == "0001-01-01T00:00:00Z")
        #expect(GobTime(unixSeconds: .min, zoneOffset: -1).description.isEmpty == false)
    }

    @Test func interfaces() throws {
        let held = try decode(Holder.self, Vector.named("interface struct").bytes)
        #expect(held.before == 1 && held.after == "a" && held.held.name == "main.Square")
        #expect(held.held.content.value["Side"] == .int(3))
        #expect(try decode(Holder.self, encode(held)).held.content.description == "Square{Side: 3}")
        #expect(try decode(Holder.self, Vector.named("interface nil").bytes).held == GobInterface())
        let own = Holder(before: 1, held: try GobInterface(name: "int", encoding: 42), after: "a")
        let vector = try Vector.named("interface int")
        let first = try decodeAll(vector.bytes)[0].types.ids.first?.rawValue ?? 65
        #expect(try encode(own, firstTypeID: first).hex == vector.hex)
        let point = try decode(Holder.self, Vector.named("interface pointer").bytes)
        #expect(try point.held.content.decode(as: Point.self) == Point(x: 3, y: 4))
    }

    @Test func rawValues() throws {
        #expect(try decode(Level.self, encode(2)) == .high)
        #expect(try decode(Int.self, encode(Level.high)) == 2)
        #expect(try gobError { _ = try decode(Level.self, encode(7)) }.code == .outOfRange)
    }
}

private enum Level: Int, GobField, CaseIterable {
    case none = 0
    case low = 1
    case high = 2
}
