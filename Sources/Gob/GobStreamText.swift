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

    /// A stream as text: a line for every type it defines, then a line for every value.
    ///
    /// Where the stream is damaged or ends early, the last line says so; what precedes it is shown nevertheless.
    public static func description(of stream: RawSpan, limits: GobLimits = GobLimits()) -> String {
        var text = Self(limits: limits)
        var output = ""
        text.append(stream, to: &output)
        text.end(to: &output)
        return output
    }

    /// Adds bytes and writes the lines of what is complete now, piece by piece: a value's text may be far larger than it is.
    public mutating func append(_ bytes: RawSpan, to output: inout some TextOutputStream) {
        guard !hasEnded else { return }
        decoder.append(bytes)
        while !hasEnded {
            let start = decoder.position
            do throws(GobError) {
                let document = try decoder.nextDocument()
                showTypes(to: &output)
                guard let document else { break }
                output.write("\(decoder.types.name(of: document.value.typeID)) ")
                document.value.write(to: &output)
                output.write("\n")
            } catch {
                isDamaged = true
                showTypes(to: &output)
                output.write("// after byte \(start): \(error)\n")
                hasEnded = decoder.position == start
            }
        }
    }

    /// Ends the stream: writes the line that says that it ends inside of a value, or nothing.
    public mutating func end(to output: inout some TextOutputStream) {
        guard !hasEnded, decoder.pendingCount > 0 else { return }
        (hasEnded, isDamaged) = (true, true)
        output.write("// the stream ends inside of a value, \(decoder.pendingCount) bytes after it began\n")
    }

    private mutating func showTypes(to output: inout some TextOutputStream) {
        let types = decoder.types
        // Types are never forgotten.
        guard types.count > shown.count else { return }
        for id in types.ids where shown.insert(id).inserted {
            output.write("type ")
            types.writeDefinition(of: id, to: &output)
            output.write(" // id \(id.rawValue)\n")
        }
    }
}
