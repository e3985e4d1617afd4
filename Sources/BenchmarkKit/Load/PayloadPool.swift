import BenchmarkResults
import Broker

/// The texts that a cell sends: a few different ones, made before the measurement and sent over and over.
///
/// Different ones, so that nothing on the way can profit from their being the same; few, so that they stay in the cache
/// and the memory of the machine is not what is measured.
struct PayloadPool: Sendable {
    /// The most texts.
    private static let maxCount = 64
    /// The most bytes of all texts: large ones are fewer.
    private static let maxBytes = 64 * 1024 * 1024

    /// The number of texts of so many bytes; a power of two, so that one is picked by a mask.
    static func count(of byteCount: Int) -> Int {
        var count = maxCount
        while count > 1 && count * byteCount > maxBytes { count /= 2 }
        return count
    }

    /// Whether the texts carry a ``PayloadSeal``.
    let isSealed: Bool
    private let texts: [String]

    /// Makes texts of exactly `byteCount` random printable ASCII characters.
    init(byteCount: Int, seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let isSealed = byteCount >= PayloadSeal.byteCount
        self.isSealed = isSealed
        texts = (0..<Self.count(of: byteCount)).map { _ in
            let text = Self.text(byteCount: isSealed ? byteCount - PayloadSeal.byteCount : byteCount, &generator)
            return isSealed ? PayloadSeal.seal(text) : text
        }
    }

    /// The text of the entry with that sequence number.
    subscript(sequence: UInt64) -> String {
        texts[Int(truncatingIfNeeded: sequence) & (texts.count - 1)]
    }

    /// Makes texts of exactly `byteCount` bytes of what `kind` says.
    /// - Throws: ``BenchmarkError`` when the file of lines cannot be read.
    init(byteCount: Int, kind: PayloadKind, seed: UInt64) throws(BenchmarkError) {
        switch kind {
        case .random: self.init(byteCount: byteCount, seed: seed)
        case .lines(let path): self.init(byteCount: byteCount, lines: try LogLines(path: path), seed: seed)
        }
    }

    private init(byteCount: Int, lines: LogLines, seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let isSealed = byteCount >= PayloadSeal.byteCount
        self.isSealed = isSealed
        texts = (0..<Self.count(of: byteCount)).map { _ in
            let first = generator.next(below: lines.count)
            let text = lines.text(byteCount: isSealed ? byteCount - PayloadSeal.byteCount : byteCount, from: first)
            return isSealed ? PayloadSeal.seal(text) : text
        }
    }

    private static func text(byteCount: Int, _ generator: inout SplitMix64) -> String {
        let printable = UInt8(ascii: " ")...UInt8(ascii: "~")
        return String(unsafeUninitializedCapacity: byteCount) { bytes in
            for index in 0..<byteCount {
                let character = printable.lowerBound + UInt8(generator.next(below: printable.count))
                bytes.initializeElement(at: index, to: character)
            }
            return byteCount
        }
    }
}
