/// A set of numbers that mostly count up: it holds the latest ones, a bit each.
struct NumberWindow {
    /// How far below the highest number the lowest lies that is still held.
    static let capacity = 32_768

    private var highest: UInt64?
    // Number n has the bit n modulo the capacity. Bits of numbers not yet reached are clear.
    private var words = [UInt64](repeating: 0, count: capacity / UInt64.bitWidth)

    /// Whether the number was inserted, and is not so far below the highest that it is forgotten.
    func contains(_ number: UInt64) -> Bool {
        guard let highest, number <= highest, highest - number < Self.capacity else { return false }
        return words[Self.word(number)] & Self.bit(number) != 0
    }

    /// Adds a number, and forgets those that are too far below it; one that is itself too far below the highest is not added.
    mutating func insert(_ number: UInt64) {
        if let highest, number <= highest {
            guard highest - number < Self.capacity else { return }
        } else {
            if let highest { forget(between: highest, and: number) }
            highest = number
        }
        words[Self.word(number)] |= Self.bit(number)
    }

    /// Clears the bits of the numbers above one and up to another.
    private mutating func forget(between highest: UInt64, and number: UInt64) {
        guard number - highest < Self.capacity else {
            for index in words.indices { words[index] = 0 }
            return
        }
        var next = highest
        while next < number {
            next += 1
            words[Self.word(next)] &= ~Self.bit(next)
        }
    }

    private static func word(_ number: UInt64) -> Int { Int(number % UInt64(capacity)) / UInt64.bitWidth }
    private static func bit(_ number: UInt64) -> UInt64 { 1 << (number % UInt64(UInt64.bitWidth)) }
}
