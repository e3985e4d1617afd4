import CText

extension FuzzTarget {
    /// All implementations of what is done to the bytes of texts come to the same, and to what the standard library says.
    static let text = FuzzTarget(name: "text") { bytes in
        // Memory of its own, so that the address sanitizer sees every byte that is read beyond it.
        let start = min(Int(bytes.first ?? 0), bytes.count)
        let all = (0..<8).compactMap { text_implementation_at($0)?.pointee }
        let found = all.map { results(of: $0, bytes, from: start) }
        for other in found.dropFirst() { require(other == found[0], "two implementations differ") }
        require(found[0].isUTF8 == (String(validating: bytes, as: UTF8.self) != nil), "UTF-8 is another thing here")
    }

    private struct Results: Equatable {
        var plainEnd = 0
        var isPlainWide = false
        var escaped: [UInt8] = []
        var unescaped: [UInt8] = []
        var end = 0
        var why = JSON_GOES_ON
        var isWide = false
        var isUTF8 = false
    }

    private static func results(of work: text_implementation, _ bytes: [UInt8], from start: Int) -> Results {
        var results = Results()
        bytes.withUnsafeBytes { bytes in
            let text = bytes.baseAddress
            let plain = work.plain(text, start, bytes.count)
            (results.plainEnd, results.isPlainWide) = (plain.end, plain.has_wide)
            let length = work.escaped_length(text, bytes.count)
            results.escaped = written(atMost: length) { work.escape(text, bytes.count, $0) }
            require(results.escaped.count == length, "a wrong length was told")
            results.unescaped = written(atMost: bytes.count - start) { out in
                let string = work.unescape(text, start, bytes.count, out)
                (results.end, results.why, results.isWide) = (string.end, string.why, string.has_wide)
                return string.length
            }
            results.isUTF8 = work.is_utf8(text, bytes.count)
        }
        return results
    }

    private static func written(atMost length: Int, _ write: (UnsafeMutableRawPointer?) -> Int) -> [UInt8] {
        var memory = [UInt8](repeating: 0, count: length + TEXT_SLACK)
        let count = memory.withUnsafeMutableBytes { write($0.baseAddress) }
        return Array(memory[..<count])
    }
}
