import Gob
import Testing

@Suite("Streams")
struct StreamTests {
    @Test func definitionsAreSentOnce() throws {
        var encoder = GobEncoder()
        try encoder.encode(Point(x: 1, y: 2))
        let first = encoder.count
        try encoder.encode(Point(x: 1, y: 2))
        #expect(encoder.count - first == 8)
        #expect(encoder.withUnsafeBytes { Array($0).suffix(8) } == [0x07, 0xff, 0x82, 0x01, 0x02, 0x01, 0x04, 0x00])
    }

    @Test func borrowedTextsAreInPlace() throws {
        let request = Arguments(name: "event", data: String(repeating: "d", count: 300), severity: "INFO", seq: 9)
        let bytes = try encode(request, request)
        var decoder = GobDecoder()
        var offset = 0
        for _ in 0..<2 {
            var view = Arguments<GobText>()
            let rest = bytes.span.bytes.extracting(offset..<bytes.count)
            guard case .value(let consumed) = try decoder.decode(into: &view, from: rest) else {
                Issue.record("incomplete")
                return
            }
            let name = bytes[offset...].dropFirst(view.name.offset).prefix(view.name.count)
            #expect(name.elementsEqual("event".utf8))
            #expect(view.data.count == 300 && view.run.count == 0 && view.seq == 9)
            // The same struct can be sent on from the bytes it was read from.
            var encoder = GobEncoder()
            try encoder.encode(view, textIn: rest)
            #expect(try decode(Arguments<String>.self, encoder.withUnsafeBytes { Array($0) }) == request)
            offset += consumed
        }
        #expect(offset == bytes.count)
    }

    @Test func textsOutsideOfTheBytesAreRefused() throws {
        var encoder = GobEncoder()
        for text in [GobText(offset: 0, count: 1), GobText(offset: -1, count: 1), GobText(offset: .max, count: .max)] {
            let error = try #require(throws: GobError.self) { try encoder.encode(text) }
            #expect(error.code == .unsupportedValue)
        }
        #expect(encoder.count == 0)
    }

    @Test func incompleteMessagesAreLeftToTheCaller() throws {
        let bytes = try Vector.named("stream of rpc calls").bytes
        var decoder = GobDecoder()
        var offset = 0
        var values = 0
        var request = Request()
        for end in 1...bytes.count {
            let rest = bytes.span.bytes.extracting(offset..<end)
            let result =
                values % 2 == 0
                ? try decoder.decode(into: &request, from: rest) : try decoder.skip(from: rest)
            switch result {
            case .value(let consumed):
                #expect(consumed == rest.byteCount)
                offset += consumed
                values += 1
            case .needsMore(let consumed): offset += consumed
            }
        }
        #expect(values == 4 && offset == bytes.count && request.seq == 1)
    }

    @Test(arguments: [
        0, 1, 126, 127, 128, 254, 255, 256, 4000, 4095, 4096, 5000, 65_533, 65_534, 65_535, 65_536, 1 << 20,
    ])
    func lengthsOfEveryWidth(_ count: Int) throws {
        var encoder = GobEncoder()
        let text = String(repeating: "x", count: count)
        // Long and short by turns: the room kept for the length is never right.
        for part in [text, "", text, "short", text] {
            try encoder.encode(part)
            encoder.encodeString("pre", appending: Array(part.utf8).span.bytes)
        }
        let values = try encoder.withUnsafeBytes { try decodeAll(Array($0)) }
        #expect(
            values.map(\.value)
                == [text, "", text, "short", text].flatMap { [GobValue.string($0), .string("pre" + $0)] })
    }

    @Test func aValueThatCannotBeSentLeavesNothing() throws {
        var encoder = GobEncoder()
        #expect(throws: GobError.self) { try encoder.encode([1, nil] as [Int?]) }
        let count = encoder.count
        #expect(throws: GobError.self) { try encoder.encode([nil] as [Int?]) }
        #expect(encoder.count == count)
        try encoder.encode([3] as [Int?])
        let bytes = encoder.withUnsafeBytes { Array($0) }
        #expect(try decode([Int].self, bytes) == [3])
    }

    @Test func documentsOfOtherStreamsGetFreeIDs() throws {
        // Both streams call different types 65.
        let points = try decodeAll(encode([Point(x: 1, y: 2)]))
        let requests = try decodeAll(encode(["k": Request(serviceMethod: "m", seq: 1)]))
        var encoder = GobEncoder()
        for document in points + requests + points { try encoder.encode(document) }
        let bytes = encoder.withUnsafeBytes { Array($0) }
        let back = try decodeAll(bytes)
        #expect(back.map(\.description) == (points + requests + points).map(\.description))
        #expect(try back[1].decode(as: [String: Request].self) == ["k": Request(serviceMethod: "m", seq: 1)])
    }

    @Test func interfacesThatCannotBeSentLeaveNoDefinition() throws {
        let id = GobTypeID(rawValue: 70)
        var types = GobTypes()
        types.define(id, as: .structure(name: "S", fields: [GobWireField("A", .int)]))
        let good = GobValue.structure(type: id, name: "S", fields: [GobValueField("A", .int(1))])
        let bad = GobValue.structure(type: id, name: "S", fields: [GobValueField("A", .string("no"))])
        var encoder = GobEncoder()
        try encoder.encode(Holder())
        let held = Holder(held: GobInterface(name: "main.S", GobDocument(bad, types: types)))
        #expect(throws: GobError.self) { try encoder.encode(held) }
        try encoder.encode(Holder(held: GobInterface(name: "main.S", GobDocument(good, types: types))))
        let values = try encoder.withUnsafeBytes { try decodeAll(Array($0)) }
        #expect(values.count == 2)
        #expect(values[1].description == "Holder{Held: main.S(S{A: 1})}")
    }

    @Test func encodingInPlace() throws {
        let texts = ["a", String(repeating: "x", count: 300), String(repeating: "y", count: 70_000)]
        var expected = GobEncoder()
        for text in texts { try expected.encode(text) }
        let bytes = expected.withUnsafeBytes { Array($0) }
        for room in [0, 1, 5, 400, 70_000, bytes.count, bytes.count + 1, 200_000] {
            var encoder = GobEncoder()
            var memory = [UInt8](repeating: 0, count: room)
            let written = try memory.withUnsafeMutableBytes { memory in
                try encoder.encode(into: memory) { encoder throws(GobError) in
                    for text in texts { try encoder.encode(text) }
                }
            }
            let waiting = encoder.withUnsafeBytes { Array($0) }
            #expect(Array(memory.prefix(written)) + waiting == bytes, "room for \(room)")
            #expect(written == 0 || waiting.isEmpty)
        }
    }

    @Test func textOfAStream() throws {
        let bytes = try Vector.named("point").bytes
        let text = GobStreamText.description(of: bytes.span.bytes)
        #expect(text.contains("struct{X int; Y int}") && text.contains("Point Point{X: 22, Y: 33}\n"))
        let cut = GobStreamText.description(of: bytes.span.bytes.extracting(0..<bytes.count - 1))
        #expect(cut.contains("the stream ends inside of a value, 7 bytes"))
        #expect(GobValue.string("a\"\u{1b}\n").description == "\"a\\\"\\u{1b}\\n\"")
    }
}
