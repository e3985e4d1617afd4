/// The values of a statement in binary, and their memory.
final class StatementValues {
    private var memory: [UnsafeMutableRawBufferPointer] = []
    private var columns: [ArrayColumn] = []
    private var places: [UnsafeRawBufferPointer] = []

    deinit {
        for bytes in memory { bytes.deallocate() }
    }

    /// How the value that was added last is called in the statement: `$3`.
    private var lastPlace: String { "$\(places.count)" }

    /// Adds a number; returns how it is called.
    @discardableResult
    func add<Number: FixedWidthInteger>(_ number: Number) -> String {
        withUnsafeBytes(of: number.bigEndian) { copy($0) }
        return lastPlace
    }

    /// Adds a text; returns how it is called.
    @discardableResult
    func add(_ text: String) -> String {
        var text = text
        text.withUTF8 { copy(UnsafeRawBufferPointer($0)) }
        return lastPlace
    }

    /// Adds a column, which is not to be changed while this is there.
    func add(_ column: ArrayColumn) {
        columns.append(column)
        places.append(column.finish())
    }

    private func copy(_ bytes: UnsafeRawBufferPointer) {
        // A value without bytes is no null: it needs an address.
        let copied = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 1), alignment: 8)
        copied.copyMemory(from: bytes)
        memory.append(copied)
        places.append(UnsafeRawBufferPointer(rebasing: copied[..<bytes.count]))
    }

    /// Lends the values as libpq takes them: how many, where they are, how long they are, and that they are in binary.
    func withAll<R>(
        _ body: (Int32, UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<Int32>, UnsafePointer<Int32>) -> R
    ) -> R {
        let starts = places.map { $0.baseAddress?.assumingMemoryBound(to: CChar.self) }
        let lengths = places.map { Int32($0.count) }
        let formats = [Int32](repeating: 1, count: places.count)
        return withExtendedLifetime(self) { body(Int32(places.count), starts, lengths, formats) }
    }
}
