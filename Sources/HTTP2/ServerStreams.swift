public import NIOCore

/// What an HTTP/2 server keeps of a stream, whatever the requests on it mean.
public protocol ServerStreamState {
    /// A free slot.
    init()
    /// The stream identifier; 0 where the slot is free.
    var id: Int32 { get set }
    /// Tells the slot's uses apart.
    var generation: UInt32 { get set }
    /// Whether the engine is going to look at the stream after what was received.
    var isNoted: Bool { get set }
    /// Whether nothing more comes from the client (END_STREAM).
    var isRemoteClosed: Bool { get }
    /// Since when bytes have waited for the client to take them; nil when some went out since that was last looked at.
    var owesSince: NIODeadline? { get set }

    /// Makes a free slot ready for a stream.
    mutating func open(id: Int32)
}

/// The streams of a server's connection, in slots that are used again, with notes of those that have news.
///
/// nghttp2's callbacks only note which streams have news. These are dispatched when all bytes have been taken.
public struct ServerStreams<Stream: ServerStreamState>: ~Copyable {
    @usableFromInline struct Note {
        @usableFromInline var slot: Int
        @usableFromInline var generation: UInt32

        @inlinable init(slot: Int, generation: UInt32) {
            (self.slot, self.generation) = (slot, generation)
        }
    }

    @usableFromInline let table = StreamTable<Stream>()
    @usableFromInline let freeSlots = Unguarded<[Int]>([])
    @usableFromInline let notes = Unguarded<[Note]>([])
    /// The stream whose header list is being received; header lists never interleave (RFC 9113 4.3).
    @usableFromInline let headers = Unguarded<Int?>(nil)

    /// Creates an empty set.
    @inlinable public init() {}

    /// The slots that there is memory for: as many as were open at once.
    @inlinable public var count: Int { table.count }

    /// Whether a stream is open.
    @inlinable public var areAnyOpen: Bool { table.count != freeSlots.value.count }

    /// The stream in a slot.
    public subscript(_ slot: Int) -> Stream {
        @inlinable @inline(__always) unsafeAddress { UnsafePointer(table.address(of: slot)) }
        @inlinable @inline(__always) nonmutating unsafeMutableAddress { table.address(of: slot) }
    }

    /// Whether the slot still holds the stream of that generation.
    @inlinable @inline(__always)
    public func holds(_ slot: Int, _ generation: UInt32) -> Bool {
        slot < table.count && table[slot].id != 0 && table[slot].generation == generation
    }

    /// The slot whose header list is being received.
    @inlinable public var headerSlot: Int? { headers.value }

    /// A header list begins on a stream that is known, or on none that is.
    @inlinable public func headersBegan(_ slot: Int?) {
        headers.value = slot
    }

    /// The header list of a slot has ended; returns whether it was that one.
    @inlinable public func headersEnded(_ slot: Int) -> Bool {
        guard headers.value == slot else { return false }
        headers.value = nil
        return true
    }

    /// Gives a stream a slot.
    @inlinable public func open(_ id: Int32) -> Int {
        let slot: Int
        if let free = freeSlots.value.popLast() {
            slot = free
        } else {
            slot = table.count
            table.append(Stream())
        }
        table[slot].open(id: id)
        return slot
    }

    /// A stream is gone: its slot is free.
    @inlinable public func close(_ slot: Int) {
        table[slot].id = 0
        table[slot].generation &+= 1
        if headers.value == slot { headers.value = nil }
        freeSlots.value.append(slot)
    }

    /// Notes that a stream has news.
    @inlinable @inline(__always)
    public func note(_ slot: Int) {
        guard !table[slot].isNoted else { return }
        table[slot].isNoted = true
        notes.value.append(Note(slot: slot, generation: table[slot].generation))
    }

    /// Looks at the streams that have news, and at those that get some meanwhile.
    @inlinable @inline(__always)
    public func dispatch(_ look: (Int) -> Void) {
        var index = 0
        while index < notes.value.count {
            let note = notes.value[index]
            index &+= 1
            guard table[note.slot].id != 0, table[note.slot].generation == note.generation else { continue }
            table[note.slot].isNoted = false
            look(note.slot)
        }
        notes.value.removeAll(keepingCapacity: true)
    }
}
