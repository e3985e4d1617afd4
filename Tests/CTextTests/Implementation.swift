import CText
import Testing

/// One of the ways in which this machine can do the work.
struct Implementation: Sendable, CustomTestStringConvertible {
    let name: String
    private let index: Int

    /// The simplest first, which the others are held against.
    static let all = (0..<8).compactMap { Implementation(at: $0) }
    static var scalar: Implementation { all[0] }

    private init?(at index: Int) {
        guard let name = text_implementation_at(index)?.pointee.name else { return nil }
        self.name = String(cString: name)
        self.index = index
    }

    var testDescription: String { name }

    private var functions: text_implementation { text_implementation_at(index).pointee }

    /// The end of what is plain, and whether something of it is not ASCII.
    struct Plain: Equatable {
        var end: Int
        var isWide: Bool
    }

    func plain(_ text: UnsafeRawBufferPointer, from start: Int = 0) -> Plain {
        let plain = functions.plain(text.baseAddress, start, text.count)
        return Plain(end: plain.end, isWide: plain.has_wide)
    }

    func escapedLength(_ text: UnsafeRawBufferPointer) -> Int {
        functions.escaped_length(text.baseAddress, text.count)
    }

    /// The text as it is written, which has to have so many bytes.
    func escaped(_ text: UnsafeRawBufferPointer, length: Int) -> [UInt8] {
        Self.written(atMost: length) { functions.escape(text.baseAddress, text.count, $0) }
    }

    /// What was read of a string, up to where, why not further, and whether something of it is not ASCII.
    struct Unescaped: Equatable {
        var bytes: [UInt8] = []
        var end = 0
        var why = JSON_GOES_ON
        var isWide = false
    }

    func unescaped(_ text: UnsafeRawBufferPointer, from start: Int = 0) -> Unescaped {
        var read = Unescaped()
        read.bytes = Self.written(atMost: text.count - start) { out in
            let string = functions.unescape(text.baseAddress, start, text.count, out)
            (read.end, read.why, read.isWide) = (string.end, string.why, string.has_wide)
            return string.length
        }
        return read
    }

    func isUTF8(_ text: UnsafeRawBufferPointer) -> Bool {
        functions.is_utf8(text.baseAddress, text.count)
    }

    /// What `write` writes, which may touch no more memory than it was promised.
    private static func written(atMost length: Int, _ write: (UnsafeMutableRawPointer?) -> Int) -> [UInt8] {
        let room = length + TEXT_SLACK
        var memory = [UInt8](repeating: 0xA5, count: room + 256)
        let count = memory.withUnsafeMutableBytes { write($0.baseAddress) }
        #expect(count <= length)
        #expect(memory[room...].allSatisfy { $0 == 0xA5 })
        return Array(memory[..<count])
    }
}
