/// Packets on their way, the first of which is the first to be handed on: a ring of places for one packet each, which packets are
/// read into and written from where they lie.
///
/// It has more places when they are all taken, up to a bound; their memory is touched by packets only.
final class PacketRing {
    private struct Place {
        var due: UInt64 = 0
        var length = 0
    }

    /// The length of the longest packet.
    let stride: Int
    private let mostBytes: Int
    /// Owned by this object, which frees it; no pointer to it leaves a call.
    private var memory: UnsafeMutableRawPointer
    private var places: [Place]
    private var first = 0
    private(set) var count = 0

    /// - Parameter mostBytes: the most memory: a tenth of what is usual holds the packets of `longhaul`.
    init(longest: Int, capacity: Int = 64, mostBytes: Int = 256 << 20) {
        stride = longest
        self.mostBytes = mostBytes
        places = Array(repeating: Place(), count: capacity)
        memory = .allocate(byteCount: capacity * longest, alignment: 64)
    }

    deinit { memory.deallocate() }

    /// Lends the place behind the last packet, for one to be read into; nil where no more are kept.
    func withFreePlace<R>(_ body: (UnsafeMutableRawBufferPointer) -> R) -> R? {
        if count == places.count, !grow() { return nil }
        return body(.init(start: memory + index(count) * stride, count: stride))
    }

    /// Keeps what was read into the free place.
    func append(length: Int, due: UInt64) {
        places[index(count)] = Place(due: due, length: length)
        count += 1
    }

    /// When the first one is due; nil where there is none.
    var firstDue: UInt64? { count > 0 ? places[first].due : nil }

    /// Lends the first one, which there is.
    func withFirst<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        body(.init(start: memory + first * stride, count: places[first].length))
    }

    /// Forgets the first one.
    func removeFirst() {
        first = index(1)
        count -= 1
    }

    private func index(_ offset: Int) -> Int {
        let index = first + offset
        return index < places.count ? index : index - places.count
    }

    /// Twice as many places, the packets at their beginning.
    private func grow() -> Bool {
        let capacity = places.count * 2
        guard capacity * stride <= mostBytes else { return false }
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity * stride, alignment: 64)
        let head = places.count - first
        larger.copyMemory(from: memory + first * stride, byteCount: head * stride)
        (larger + head * stride).copyMemory(from: memory, byteCount: first * stride)
        memory.deallocate()
        memory = larger
        places =
            Array(places[first...]) + Array(places[..<first])
            + Array(repeating: Place(), count: capacity - places.count)
        first = 0
        return true
    }
}
