/// A value of an engine that nghttp2's callbacks change, in memory of its own; see ``StreamTable`` for the reason.
public struct Unguarded<Value>: ~Copyable {
    @usableFromInline let pointer: UnsafeMutablePointer<Value>

    /// Moves a value there.
    @inlinable public init(_ value: Value) {
        pointer = .allocate(capacity: 1)
        pointer.initialize(to: value)
    }

    @inlinable deinit {
        pointer.deinitialize(count: 1)
        pointer.deallocate()
    }

    /// The value.
    public var value: Value {
        @inlinable @inline(__always) unsafeAddress { UnsafePointer(pointer) }
        @inlinable @inline(__always) nonmutating unsafeMutableAddress { pointer }
    }
}
