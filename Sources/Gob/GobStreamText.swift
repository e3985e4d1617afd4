/// A stream of gobs as text, while it arrives in any split: a line for every type it defines, and one for every value.
///
/// Where the stream is damaged or ends early, a line that begins with `//` says so; what precedes it is shown nevertheless.
public struct GobStreamText: ~Copyable, Sendable {
    private var decoder: GobStreamDecoder
    private var shown: Set<GobTypeID> = []
    /// Whether nothing more can be read.
    private var hasEnded = false

    /// Whether a value could not be shown.
    public private(set) var isDamaged = false

    /// Creates the text of a new stream.
    public init(limits: GobLimits = GobLimits()) {
        decoder = GobStreamDecoder(limits: limits)
    }

    /// Adds bytes and returns the lines of what is complete now.
    public mutating func append(_ bytes: RawSpan) -> String {
        guard !hasEnded else { return "" }
        decoder.append(bytes)
        var text = ""
        while !hasEnded {
            let start = decoder.position
            do throws(GobError) {
                let document = try decoder.nextDocument()
                showTypes(&text)
                guard let document else { break }
                text += "\(decoder.types.name(of: document.value.typeID)) \(document)\n"
            } catch {
                isDamaged = true
                showTypes(&text)
                text += "// after byte \(start): \(error)\n"
                hasEnded = decoder.position == start
            }
        }
        return text
    }

    /// Ends the stream: the line that says that it ends inside of a value, or nothing.
    public mutating func end() -> String {
        guard !hasEnded, decoder.pendingCount > 0 else { return "" }
        (hasEnded, isDamaged) = (true, true)
        return "// the stream ends inside of a value, \(decoder.pendingCount) bytes after it began\n"
    }

    private mutating func showTypes(_ text: inout String) {
        let types = decoder.types
        for id in types.ids where shown.insert(id).inserted {
            text += "type \(types.definition(of: id)) // id \(id.rawValue)\n"
        }
    }
}
