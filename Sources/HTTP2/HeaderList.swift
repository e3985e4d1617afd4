package import CNGHTTP2

/// A list of header fields in memory of its own.
package struct HeaderList: ~Copyable {
    /// The most digits of a number; a value of as many makes room for it.
    private static let maxDigits = 12
    /// The value that a number is going to be written over.
    package static let roomForNumber = String(repeating: "0", count: maxDigits)

    package let fields: UnsafeMutablePointer<nghttp2_nv>
    package let count: Int
    /// The values that the list has copies of.
    private let values: UnsafeMutableBufferPointer<UInt8>

    /// Creates a list of fields whose names and values outlive it.
    package init(_ list: [nghttp2_nv]) {
        self.init(list, values: .allocate(capacity: 0))
    }

    /// Creates a list with copies of the values, so that nghttp2 needs none.
    package init(copying list: [(name: StaticString, value: String)]) {
        let bytes = list.flatMap { Array($0.value.utf8) }
        let values = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
        _ = values.initialize(from: bytes)
        var offset = 0
        let fields = list.map { name, value in
            var field = HeaderField.fixed(name, "")
            field.value = values.baseAddress.map { $0 + offset }
            field.valuelen = value.utf8.count
            offset += value.utf8.count
            return field
        }
        self.init(fields, values: values)
    }

    private init(_ list: [nghttp2_nv], values: UnsafeMutableBufferPointer<UInt8>) {
        fields = .allocate(capacity: list.count)
        fields.initialize(from: list, count: list.count)
        count = list.count
        self.values = values
    }

    deinit {
        fields.deallocate()
        values.deallocate()
    }

    /// Overwrites a value that the list has a copy of with one of the same length.
    package func setValue(at index: Int, to text: String) {
        precondition(index < count && text.utf8.count == fields[index].valuelen)
        for (offset, byte) in text.utf8.enumerated() { fields[index].value[offset] = byte }
    }

    /// Writes a number over a value that the list has a copy of, which has to have room for its digits.
    ///
    /// nghttp2 copies it with each header list that is submitted, and never indexes it (RFC 7541 7.1.3): it is not expected
    /// again, and would push the others out of the table.
    package func setNumber(at index: Int, to value: Int) {
        precondition(index < count && value >= 0)
        var digits = 1
        var power = 10
        while value >= power {
            digits += 1
            power *= 10
        }
        precondition(digits <= Self.maxDigits)
        var (rest, place) = (value, digits)
        while place > 0 {
            place -= 1
            fields[index].value[place] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        fields[index].valuelen = digits
        fields[index].flags = UInt8(NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_INDEX.rawValue)
    }
}
