import Testing

@testable import Gob

/// Streams as text: what a peer named is harmless on a terminal, and no text is in memory as a whole.
@Suite("Text of a stream")
struct StreamTextTests {
    /// Collects what is written, and remembers the longest piece.
    private struct Pieces: TextOutputStream {
        var text = ""
        var longest = 0

        mutating func write(_ string: String) {
            text += string
            longest = max(longest, string.utf8.count)
        }
    }

    private func text(of document: GobDocument) throws -> Pieces {
        var encoder = GobEncoder()
        try encoder.encode(document)
        var output = Pieces()
        var text = GobStreamText()
        encoder.withBytes { text.append($0, to: &output) }
        text.end(to: &output)
        let isDamaged = text.isDamaged
        #expect(!isDamaged)
        return output
    }

    private static let id = GobTypeID(rawValue: 65)

    private func structure(name: String, field: String) -> GobDocument {
        var types = GobTypes()
        types.define(Self.id, as: .structure(name: name, fields: [GobWireField(field, .int)]))
        return GobDocument(
            .structure(type: Self.id, name: name, fields: [GobValueField(field, .int(5))]), types: types)
    }

    @Test func namesAreEscaped() throws {
        let output = try text(of: structure(name: "T\u{1b}[2J\nint 666\n", field: "X\u{9b}31m\u{202e}"))
        let lines = output.text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 3 && lines[2].isEmpty)
        #expect(output.text.unicodeScalars.allSatisfy { $0 == "\n" || ($0.value >= 0x20 && $0.value < 0x7F) })
        #expect(lines[0] == #"type T\u{1b}[2J\nint 666\n struct{X\u{9b}31m\u{202e} int} // id 65"#)
        #expect(lines[1] == #"T\u{1b}[2J\nint 666\n T\u{1b}[2J\nint 666\n{X\u{9b}31m\u{202e}: 5}"#)
    }

    @Test func longNamesAreCut() throws {
        let long = String(repeating: "N", count: 50_000)
        let output = try text(of: structure(name: long, field: long))
        #expect(output.text.utf8.count < 1000)
        #expect(output.text.contains(String(repeating: "N", count: 100) + "..."))
    }

    @Test func longValuesAreWrittenInPieces() throws {
        for value in [
            GobValue.string(String(repeating: "é\n", count: 500_000)), .bytes([UInt8](repeating: 7, count: 1_000_000)),
        ] {
            let output = try text(of: GobDocument(value))
            #expect(output.text.utf8.count > 1_000_000)
            #expect(output.longest < 100_000)
        }
    }

    @Test func errorsAreEscaped() {
        let error = GobError(.corrupted, "empty name for '\u{1b}[2J\n'")
        #expect(error.description == #"gob: empty name for '\u{1b}[2J\n'"#)
    }

    /// A value that defines types in its middle is read from its start when more of it has come: not without end.
    @Test func rereadsAreLimited() throws {
        // [[...]] of interfaces, each of which holds a value of a type that it defines.
        var (types, elements) = (GobTypes(), [GobValue]())
        let list = GobTypeID(rawValue: 65)
        types.define(list, as: .slice(name: "", element: .interface))
        elements.append(.interface(name: "s", value: .string(String(repeating: "x", count: 200_000))))
        for number in 0..<100 as Range<Int32> {
            let id = GobTypeID(rawValue: 100 + number)
            types.define(id, as: .structure(name: "T\(number)", fields: [GobWireField("F\(number)", .int)]))
            elements.append(
                .interface(
                    name: "t",
                    value: .structure(type: id, name: "T\(number)", fields: [GobValueField("F\(number)", .int(1))])))
        }
        var encoder = GobEncoder()
        try encoder.encode(GobDocument(.slice(type: list, elements: elements), types: types))
        let bytes = encoder.withUnsafeBytes { Array($0) }
        func read(step: Int, limits: GobLimits = GobLimits()) throws -> Int {
            var decoder = GobStreamDecoder(limits: limits)
            var (values, start) = (0, 0)
            while start < bytes.count {
                let end = min(start + step, bytes.count)
                decoder.append(bytes.span.bytes.extracting(start..<end))
                while try decoder.nextDocument() != nil { values += 1 }
                start = end
            }
            return values
        }
        #expect(try read(step: .max) == 1)
        #expect(try read(step: 3, limits: GobLimits(rereads: 200)) == 1)
        let error = #expect(throws: GobError.self) { try read(step: 3, limits: GobLimits(rereads: 1)) }
        #expect(error?.code == .limitExceeded && error?.description.contains("GobLimits.rereads") == true)
    }

    /// Values of a type that does not fit are refused one by one, in the same words.
    @Test func valuesThatDoNotFit() throws {
        var encoder = GobEncoder()
        var types = GobTypes()
        types.define(Self.id, as: .structure(name: "Other", fields: [GobWireField("Nothing", .int)]))
        let document = GobDocument(
            .structure(type: Self.id, name: "Other", fields: [GobValueField("Nothing", .int(5))]), types: types)
        for _ in 0..<3 { try encoder.encode(document) }
        let bytes = encoder.withUnsafeBytes { Array($0) }
        var decoder = GobStreamDecoder()
        var errors: [GobError] = []
        decoder.append(bytes.span.bytes)
        for _ in 0..<3 {
            var point = Point()
            do throws(GobError) {
                _ = try decoder.next(into: &point)
            } catch {
                errors.append(error)
            }
        }
        #expect(errors.count == 3 && Set(errors.map(\.message)).count == 1)
        #expect(errors.allSatisfy { $0.resumeOffset != nil } && decoder.pendingCount == 0)
    }
}
