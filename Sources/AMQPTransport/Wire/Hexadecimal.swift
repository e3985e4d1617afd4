/// Numbers in hexadecimal digits, as ids have them.
enum Hexadecimal {
    /// Eight hexadecimal digits, the first in the most significant byte.
    ///
    /// All eight at once: each of the three steps halves the width of the lanes, until a digit has a byte.
    static func digits(_ value: UInt32) -> UInt64 {
        var lanes = UInt64(value)
        lanes = (lanes | lanes << 16) & 0x0000_FFFF_0000_FFFF
        lanes = (lanes | lanes << 8) & 0x00FF_00FF_00FF_00FF
        lanes = (lanes | lanes << 4) & 0x0F0F_0F0F_0F0F_0F0F
        let isLetter = ((lanes &+ 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101
        return lanes &+ 0x3030_3030_3030_3030 &+ isLetter &* UInt64(UInt8(ascii: "a") - UInt8(ascii: "0") - 10)
    }

    /// The number in at most 16 digits; nil where there is another character.
    static func number(_ text: RawSpan) -> UInt64? {
        var number: UInt64 = 0
        for index in 0..<text.byteCount {
            let digit = text.unsafeLoad(fromByteOffset: index, as: UInt8.self)
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return number
    }
}
