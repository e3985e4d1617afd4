/// The state of an engine's streams, changed in place from nghttp2's callbacks; a stream is known by its index.
///
/// The table lies in memory of its own. As stored properties of an engine these values would be guarded by Swift's dynamic
/// exclusivity checks, which were a fifth of the instructions of a call. One thread, and callbacks that never reach into a
/// stream that is being changed, make them unnecessary.
public struct StreamTable<Stream>: ~Copyable {
    @usableFromInline struct Header {
        @usableFromInline var base: UnsafeMutablePointer<Stream>
        @usableFromInline var count: Int
        @usableFromInline var capacity: Int

        @inlinable init(base: UnsafeMutablePointer<Stream>, count: Int, capacity: Int) {
            (self.base, self.count, self.capacity) = (base, count, capacity)
        }
    }

    @usableFromInline let header: UnsafeMutablePointer<Header>

    /// Creates an empty table.
    @inlinable public init() {
        header = .allocate(capacity: 1)
        header.initialize(to: Header(base: .allocate(capacity: 16), count: 0, capacity: 16))
    }

    @inlinable deinit {
        header.pointee.base.deinitialize(count: header.pointee.count)
        header.pointee.base.deallocate()
        header.deallocate()
    }

    /// The number of streams that the table has room for now, in use or not.
    @inlinable public var count: Int { header.pointee.count }

    /// The stream at an index.
    ///
    /// Addressed, not yielded: a coroutine of a generic type takes its frame from the heap wherever it is not inlined.
    public subscript(_ index: Int) -> Stream {
        @inlinable @inline(__always) unsafeAddress { UnsafePointer(address(of: index)) }
        @inlinable @inline(__always) nonmutating unsafeMutableAddress { address(of: index) }
    }

    @inlinable @inline(__always)
    func address(of index: Int) -> UnsafeMutablePointer<Stream> {
        precondition(index >= 0 && index < header.pointee.count)
        return header.pointee.base + index
    }

    /// Makes room for one more stream.
    @inlinable public func append(_ stream: Stream) {
        let count = header.pointee.count
        if count == header.pointee.capacity {
            let old = header.pointee.base
            header.pointee.capacity = count * 2
            header.pointee.base = .allocate(capacity: count * 2)
            header.pointee.base.moveInitialize(from: old, count: count)
            old.deallocate()
        }
        (header.pointee.base + count).initialize(to: stream)
        header.pointee.count = count + 1
    }
}
