import Glibc

/// The head that the last message of a connection had, and what was made of it.
///
/// Peers say the same thing again and again: a head that differs from the one before in the value of Content-Length only is
/// known by comparing bytes, without being parsed.
struct RepeatedHead<Meaning> {
    /// The longest head that is remembered.
    private static var maxBytes: Int { 2048 }
    /// The most digits that Content-Length may have here.
    private static var maxDigits: Int { 9 }

    private var bytes: [UInt8] = []
    /// Where the digits of Content-Length are.
    private var digits = 0..<0
    /// What was made of it; nil while nothing is remembered.
    private(set) var meaning: Meaning?

    /// The lengths of the head and the body of the message that `bytes` start with; nil where it has another head, or where
    /// its head is not all there.
    func match(_ message: RawSpan) -> (head: Int, body: Int)? {
        guard meaning != nil, message.byteCount > digits.lowerBound else { return nil }
        let (tailStart, tailCount) = (digits.upperBound, bytes.count &- digits.upperBound)
        return bytes.withUnsafeBytes { known in
            message.withUnsafeBytes { message -> (head: Int, body: Int)? in
                guard let known = known.baseAddress, let start = message.baseAddress,
                    memcmp(known, start, digits.lowerBound) == 0
                else { return nil }
                var (offset, body) = (digits.lowerBound, 0)
                while offset < message.count, case let digit = message[offset] &- UInt8(ascii: "0"), digit < 10 {
                    body = body &* 10 &+ Int(digit)
                    offset &+= 1
                    guard offset &- digits.lowerBound <= Self.maxDigits else { return nil }
                }
                guard offset > digits.lowerBound, message.count &- offset >= tailCount,
                    memcmp(known + tailStart, start + offset, tailCount) == 0
                else { return nil }
                return (offset &+ tailCount, body)
            }
        }
    }

    /// Remembers a head.
    /// - Parameters:
    ///   - head: the head with the empty line that ends it.
    ///   - digits: where in it the value of its one Content-Length is.
    mutating func learn(_ head: RawSpan, digits: Range<Int>, meaning: Meaning) {
        guard head.byteCount <= Self.maxBytes else { return }
        bytes.removeAll(keepingCapacity: true)
        head.withUnsafeBytes { bytes.append(contentsOf: $0) }
        self.digits = digits
        self.meaning = meaning
    }
}
