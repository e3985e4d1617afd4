import Gob

extension FuzzTarget {
    private static let limits = GobLimits(
        messageBytes: 1 << 20, nesting: 100, types: 200, elements: 100_000, allocatedBytes: 8 << 20)

    /// Values of unknown types: no split changes what is read, and what was read is written and read again as the same.
    static let gob = FuzzTarget(name: "gob") { bytes in
        let (step, rest) = bytes.stepAndRest
        let whole = documents(in: rest, step: max(rest.count, 1))
        let split = documents(in: rest, step: step)
        // As text, for a NaN equals nothing.
        require(
            split.map(\.description) == whole.map(\.description), "a split changes what is read:\n\(whole)\n\(split)")
        var encoder = GobEncoder()
        var written: [GobDocument] = []
        for document in whole where (try? encoder.encode(document)) != nil { written.append(document) }
        let again = documents(
            in: encoder.withUnsafeBytes { Array($0) }, limits: GobLimits(nesting: 400, types: 100_000))
        require(again.map(\.value.description) == written.map(\.value.description), "a round trip changes a value")
        _ = GobStreamText.description(of: rest.span.bytes, limits: limits)
    }

    /// Values of known types, whatever the stream says they are.
    static let gobTyped = FuzzTarget(name: "gob-typed") { bytes in
        var decoder = GobDecoder(limits: limits)
        var value = EveryKind()
        var offset = 0
        while offset < bytes.count {
            do throws(GobError) {
                guard
                    case .value(let consumed) = try decoder.decode(
                        into: &value, from: bytes.span.bytes.extracting(offset..<bytes.count))
                else { return }
                offset += consumed
            } catch {
                guard let resume = error.resumeOffset, resume > 0 else { return }
                offset += resume
            }
        }
    }

    private static func documents(in bytes: [UInt8], step: Int = .max, limits: GobLimits = limits) -> [GobDocument] {
        var decoder = GobStreamDecoder(limits: limits)
        var documents: [GobDocument] = []
        var offset = 0
        while offset < bytes.count {
            let end = step < bytes.count - offset ? offset + step : bytes.count
            decoder.append(bytes.span.bytes.extracting(offset..<end))
            offset = end
            while true {
                do throws(GobError) {
                    guard let document = try decoder.nextDocument() else { break }
                    documents.append(document)
                } catch {
                    if error.resumeOffset == nil { return documents }
                }
            }
        }
        return documents
    }
}

/// A struct with a field of every kind, and itself inside.
private struct EveryKind: GobStruct {
    var x = 0
    var name = ""
    var ints: [Int] = []
    var byName: [String: Int] = [:]
    var held = GobInterface()
    var trees: [EveryKind] = []
    var at = GobTime.gobZero
    var text = GobText()
    var data: [UInt8] = []
    var a: Int8 = 0
    var fixed: InlineArray<4, UInt8> = .gobZero
    var left = GobBox<EveryKind>.empty
    var value: Int?
    var complex = GobComplex<Float>()

    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("X", &x)
        field("Name", &name)
        field("Ints", &ints)
        field("ByName", &byName)
        field("Held", &held)
        field("Trees", &trees)
        field("At", &at)
        field("Text", &text)
        field("Data", &data)
        field("A", &a)
        field("Fixed", &fixed)
        field("Left", &left)
        field("Value", &value)
        field("Complex", &complex)
    }
}
