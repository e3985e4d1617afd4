/// The field `grpc-timeout`: gRPC over HTTP2, "Timeout": at most eight digits and a unit.
enum CallTimeout {
    private static let units: [(letter: UInt8, nanoseconds: Int64)] = [
        (UInt8(ascii: "n"), 1), (UInt8(ascii: "u"), 1_000), (UInt8(ascii: "m"), 1_000_000),
        (UInt8(ascii: "S"), 1_000_000_000), (UInt8(ascii: "M"), 60_000_000_000), (UInt8(ascii: "H"), 3_600_000_000_000),
    ]

    /// The nanoseconds that a value stands for, bounded by what 64 bits hold; nil if it is not of that form.
    static func nanoseconds(_ value: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard value.count >= 2, value.count <= 9, let letter = value.last,
            let unit = units.first(where: { $0.letter == letter })
        else { return nil }
        var number: Int64 = 0
        for digit in value.dropLast() {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            number = number * 10 + Int64(digit - UInt8(ascii: "0"))
        }
        let (nanoseconds, overflow) = number.multipliedReportingOverflow(by: unit.nanoseconds)
        return overflow ? .max : nanoseconds
    }
}
