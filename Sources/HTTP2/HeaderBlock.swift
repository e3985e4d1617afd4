package import CNGHTTP2

/// A header list that is made for one call; nghttp2 copies it when it is submitted.
package struct HeaderBlock {
    private var bytes: [UInt8] = []
    private var fields: [(name: Range<Int>, value: Range<Int>, isIndexed: Bool)] = []

    package init() {}

    /// Adds a field.
    /// - Parameter isIndexed: whether the value is likely to come again (RFC 7541 6.2).
    package mutating func add(_ name: String, _ value: some Collection<UInt8>, isIndexed: Bool = false) {
        let nameStart = bytes.count
        bytes.append(contentsOf: name.utf8)
        let valueStart = bytes.count
        bytes.append(contentsOf: value)
        fields.append((nameStart..<valueStart, valueStart..<bytes.count, isIndexed))
    }

    package mutating func add(_ name: String, _ value: String, isIndexed: Bool = true) {
        add(name, value.utf8, isIndexed: isIndexed)
    }

    /// Lends the fields as nghttp2 wants them.
    package func withFields<R>(_ body: (UnsafePointer<nghttp2_nv>?, Int) -> R) -> R {
        bytes.withUnsafeBufferPointer { bytes in
            let start = UnsafeMutablePointer(mutating: bytes.baseAddress)
            let list = fields.map { field in
                nghttp2_nv(
                    name: start.map { $0 + field.name.lowerBound }, value: start.map { $0 + field.value.lowerBound },
                    namelen: field.name.count, valuelen: field.value.count,
                    flags: UInt8(field.isIndexed ? NGHTTP2_NV_FLAG_NONE.rawValue : NGHTTP2_NV_FLAG_NO_INDEX.rawValue))
            }
            return list.withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
        }
    }
}
