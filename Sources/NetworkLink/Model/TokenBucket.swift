/// The rate of a line: a token bucket as deep as one packet, whose state is when the line is free again.
///
/// When a packet leaves is worked out as it comes (virtual scheduling, ITU-T I.371), so that whoever looks late loses no rate.
struct TokenBucket: Sendable {
    private let nanosecondsPerByte: Double
    /// When the last packet has left.
    private var free: UInt64 = 0
    /// What is left of a nanosecond, for packets to come.
    private var carry = 0.0

    /// - Parameter mbit: millions of bits a second.
    init(mbit: Double) {
        nanosecondsPerByte = 8000 / mbit
    }

    /// When the last byte of a packet that comes now has left, behind those before it.
    mutating func departure(ofBytes count: Int, at now: UInt64) -> UInt64 {
        if now >= free {
            free = now
            carry = 0
        }
        let time = Double(count) * nanosecondsPerByte + carry
        let whole = time.rounded(.down)
        carry = time - whole
        free += UInt64(whole)
        return free
    }
}
