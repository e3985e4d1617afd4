/// One column of a batch as PostgreSQL takes it: a parameter that is an array, in binary (`array_recv`).
///
/// Integers are big-endian. The header is: 1 dimension, whether there are nulls, the type of the elements, how many, and
/// that they are counted from 1 on; each element follows its length in bytes, which is -1 for a null.
final class ArrayColumn {
    /// What the elements are, as `pg_type` numbers it.
    enum ElementType: UInt32 {
        case boolean = 16
        case bytes = 17
        case int8 = 20
        case int2 = 21
        case text = 25
    }

    private static let headerBytes = 20
    /// What is kept from one batch to the next, in bytes.
    private static let mostKept = 1 << 20

    private let type: ElementType
    private var memory: UnsafeMutableRawPointer
    private var capacity: Int
    private(set) var byteCount = 0
    private var count: Int32 = 0
    private var hasNulls = false

    init(_ type: ElementType) {
        self.type = type
        capacity = 4096
        memory = .allocate(byteCount: capacity, alignment: 8)
    }

    deinit {
        memory.deallocate()
    }

    /// Forgets all elements.
    func clear() {
        if capacity > Self.mostKept {
            memory.deallocate()
            capacity = Self.mostKept
            memory = .allocate(byteCount: capacity, alignment: 8)
        }
        byteCount = Self.headerBytes
        count = 0
        hasNulls = false
    }

    /// Appends a number, or what is not there.
    func append<Number: FixedWidthInteger>(_ number: Number?) {
        guard let number else { return appendNull() }
        reserve(4 + MemoryLayout<Number>.size)
        put(Int32(MemoryLayout<Number>.size))
        put(number)
        count += 1
    }

    /// Appends what is so or not.
    func append(_ flag: Bool) {
        append(UInt8(flag ? 1 : 0))
    }

    /// Appends bytes, or what is not there.
    func append(_ bytes: UnsafeRawBufferPointer?) {
        guard let bytes else { return appendNull() }
        reserve(4 + bytes.count)
        put(Int32(bytes.count))
        if let start = bytes.baseAddress {
            (memory + byteCount).copyMemory(from: start, byteCount: bytes.count)
            byteCount += bytes.count
        }
        count += 1
    }

    /// Appends a text.
    func append(_ text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    private func appendNull() {
        reserve(4)
        put(Int32(-1))
        count += 1
        hasNulls = true
    }

    /// Completes the array and lends its bytes, which stay until the column is changed.
    func finish() -> UnsafeRawBufferPointer {
        let end = byteCount
        byteCount = 0
        put(Int32(1))
        put(Int32(hasNulls ? 1 : 0))
        put(type.rawValue)
        put(count)
        put(Int32(1))
        byteCount = end
        return UnsafeRawBufferPointer(start: memory, count: end)
    }

    private func put<Number: FixedWidthInteger>(_ number: Number) {
        memory.storeBytes(of: number.bigEndian, toByteOffset: byteCount, as: Number.self)
        byteCount += MemoryLayout<Number>.size
    }

    private func reserve(_ more: Int) {
        guard byteCount + more > capacity else { return }
        capacity = max(capacity * 2, byteCount + more)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
        larger.copyMemory(from: memory, byteCount: byteCount)
        memory.deallocate()
        memory = larger
    }
}
