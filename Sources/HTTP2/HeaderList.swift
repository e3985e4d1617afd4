package import CNGHTTP2

/// A list of header fields in memory of its own.
package struct HeaderList: ~Copyable {
    package let fields: UnsafeMutablePointer<nghttp2_nv>
    package let count: Int

    package init(_ list: [nghttp2_nv]) {
        fields = .allocate(capacity: list.count)
        fields.initialize(from: list, count: list.count)
        count = list.count
    }

    deinit {
        fields.deallocate()
    }
}
