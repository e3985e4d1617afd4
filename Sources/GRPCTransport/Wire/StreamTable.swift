/// The state of an engine's streams, changed in place from nghttp2's callbacks; a stream is known by its index.
///
/// The table lies in memory of its own. As stored properties of an engine these values would be guarded by Swift's dynamic
/// exclusivity checks, which were a fifth of the instructions of a call. One thread, and callbacks that never reach into a
/// stream that is being changed, make them unnecessary.
struct StreamTable<Stream>: ~Copyable {
    private struct Header {
        var base: UnsafeMutablePointer<Stream>
        var count: Int
        var capacity: Int
    }

    private let header: UnsafeMutablePointer<Header>

    init() {
        header = .allocate(capacity: 1)
        header.initialize(to: Header(base: .allocate(capacity: 16), count: 0, capacity: 16))
    }

    deinit {
        header.pointee.base.deinitialize(count: header.pointee.count)
        header.pointee.base.deallocate()
        header.deallocate()
    }

    /// The number of streams that the table has room for now, in use or not.
    var count: Int { header.pointee.count }

    subscript(_ index: Int) -> Stream {
        @inline(__always) _read {
            precondition(index >= 0 && index < header.pointee.count)
            yield header.pointee.base[index]
        }
        @inline(__always) nonmutating _modify {
            precondition(index >= 0 && index < header.pointee.count)
            yield &header.pointee.base[index]
        }
    }

    /// Makes room for one more stream.
    func append(_ stream: Stream) {
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

/// A value of an engine that nghttp2's callbacks change, in memory of its own; see ``StreamTable`` for the reason.
struct Unguarded<Value>: ~Copyable {
    private let pointer: UnsafeMutablePointer<Value>

    init(_ value: Value) {
        pointer = .allocate(capacity: 1)
        pointer.initialize(to: value)
    }

    deinit {
        pointer.deinitialize(count: 1)
        pointer.deallocate()
    }

    var value: Value {
        @inline(__always) _read { yield pointer.pointee }
        @inline(__always) nonmutating _modify { yield &pointer.pointee }
    }
}
