import BenchmarkResults

/// The text that `send` sends when it is told a length only.
enum SampleText {
    /// As long as this, in bytes, it begins again: far beyond what a compressor on the way looks back.
    private static let period = 65_536

    /// Makes random letters and digits, the same each time, which no codec has to escape.
    /// - Parameter byteCount: the length in bytes.
    static func make(byteCount: Int) -> String {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".utf8)
        var generator = SplitMix64(seed: 1)
        let block = (0..<min(byteCount, period)).map { _ in alphabet[generator.next(below: alphabet.count)] }
        return String(unsafeUninitializedCapacity: byteCount) { bytes in
            for begin in stride(from: 0, to: byteCount, by: period) {
                let part = UnsafeMutableBufferPointer(rebasing: bytes[begin..<min(begin + period, byteCount)])
                _ = part.update(fromContentsOf: block[..<part.count])
            }
            return byteCount
        }
    }
}
