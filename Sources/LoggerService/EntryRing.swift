import Broker

/// A store of the latest entries in a bounded piece of memory that is allocated, and touched, once.
///
/// Entries lie one behind the other, each followed by its length, so that they can be walked from the newest back. One that
/// does not fit before the end of the memory starts again at its beginning, over the oldest. They are numbered as they come,
/// from 0 on; a mark for each block of the memory says where the numbers are.
///
/// The texts of a large one are copied in without the lock that guards the ring: it has its ``Room`` before that, and is there
/// to be read after that, as are those behind it.
struct EntryRing: ~Copyable {
    private static let headerBytes = 32
    private static let blockBytes = 64 * 1024
    /// The bytes of texts from which on an entry is large: copying as many takes some ten microseconds.
    static let largeBytes = 64 * 1024

    /// Where the texts of an entry go.
    struct Room: @unchecked Sendable {
        // Unchecked: nothing else is written there, and nothing is read, until the ring is told that it is filled.
        fileprivate let number: UInt64
        fileprivate let memory: UnsafeMutableRawBufferPointer

        /// Copies the texts in.
        func fill(_ entry: borrowing ReceivedEntry) {
            EntryRing.copyTexts(of: entry, to: memory)
        }
    }

    /// The last entry that ends in a block, or in an earlier one where none does.
    private struct Mark {
        /// How many entries there were with it: its number and 1.
        var count: UInt64 = 0
        var end = 0
    }

    private let memory: UnsafeMutableRawBufferPointer
    /// Where the next entry goes.
    private var head = 0
    /// Where the entries end that were written before the head came back to the beginning; 0 before that.
    private var previousEnd = 0
    /// The number of the next entry.
    private(set) var nextNumber: UInt64 = 0
    /// The number of the first entry that was written since the head came back to the beginning.
    private var firstOfLap: UInt64 = 0
    private let marks: UnsafeMutableBufferPointer<Mark>
    /// The block of the last entry; -1 where the head is at the beginning.
    private var lastBlock = -1
    private var lastMark = Mark()
    /// The entries that have their room and not yet their texts, in their order.
    private var unfilled: [(number: UInt64, bounds: Range<Int>)] = []

    init(byteCount: Int) {
        marks = .allocate(capacity: max(byteCount, 1) / Self.blockBytes + 1)
        marks.initialize(repeating: Mark())
        memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(byteCount, 1), alignment: 16)
        memory.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit {
        memory.deallocate()
        marks.deallocate()
    }

    /// Copies an entry in, over the oldest ones; one that is larger than the memory is left out.
    /// - Returns: false, and nothing is done, while that is where another one is to be filled in.
    @discardableResult
    mutating func append(_ entry: borrowing ReceivedEntry, receivedAt: Int64, source: UInt8) -> Bool {
        let total = Self.totalBytes(entry)
        guard total <= memory.count else { return true }
        guard isFree(total) else { return false }
        Self.copyTexts(of: entry, to: makeRoom(total, entry, receivedAt: receivedAt, source: source))
        return true
    }

    /// Whether an entry is copied in without the lock.
    func isLarge(_ entry: borrowing ReceivedEntry) -> Bool {
        let total = Self.totalBytes(entry)
        return total >= Self.largeBytes && total <= memory.count
    }

    /// Reserves the room of a large entry, over the oldest ones.
    /// - Returns: nil, and nothing is done, while that is where another one is to be filled in.
    mutating func reserve(_ entry: borrowing ReceivedEntry, receivedAt: Int64, source: UInt8) -> Room? {
        let total = Self.totalBytes(entry)
        guard isFree(total) else { return nil }
        let number = nextNumber
        let texts = makeRoom(total, entry, receivedAt: receivedAt, source: source)
        unfilled.append((number, head - total..<head))
        return Room(number: number, memory: texts)
    }

    /// The texts of an entry are in its room.
    mutating func filled(_ room: Room) {
        unfilled.removeAll { $0.number == room.number }
    }

    private static func totalBytes(_ entry: borrowing ReceivedEntry) -> Int {
        headerBytes + entry.run.byteCount + entry.name.byteCount + entry.data.byteCount + 4
    }

    /// Whether no entry is to be filled in where the next one, of so many bytes, goes.
    private func isFree(_ total: Int) -> Bool {
        if unfilled.isEmpty { return true }
        let start = head + total > memory.count ? 0 : head
        return !unfilled.contains { $0.bounds.overlaps(start..<start + total) }
    }

    private static func copyTexts(of entry: borrowing ReceivedEntry, to memory: UnsafeMutableRawBufferPointer) {
        var offset = 0
        func put(_ bytes: RawSpan) {
            bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: memory[offset...]).copyMemory(from: $0) }
            offset += bytes.byteCount
        }
        put(entry.run)
        put(entry.name)
        put(entry.data)
    }

    /// Writes all of an entry but its texts; returns where these go.
    private mutating func makeRoom(
        _ total: Int, _ entry: borrowing ReceivedEntry, receivedAt: Int64, source: UInt8
    ) -> UnsafeMutableRawBufferPointer {
        if head + total > memory.count {
            previousEnd = head
            head = 0
            fillMarks(to: marks.count)
            lastBlock = -1
            firstOfLap = nextNumber
        }
        var offset = head
        func put<T: BitwiseCopyable>(_ value: T) {
            memory.storeBytes(of: value, toByteOffset: offset, as: T.self)
            offset += MemoryLayout<T>.size
        }
        put(receivedAt)
        put(entry.sequence)
        put(entry.sentAt)
        put(UInt32(entry.name.byteCount))
        put(UInt16(entry.run.byteCount))
        put(source)
        put(entry.severity.rawValue)
        let texts = UnsafeMutableRawBufferPointer(rebasing: memory[offset..<head + total - 4])
        offset = head + total - 4
        put(UInt32(total))
        head = offset
        mark(offset)
        return texts
    }

    /// Marks the entry that was just written, up to `end`.
    private mutating func mark(_ end: Int) {
        // An entry that ends where a block does belongs to that block.
        let block = (end - 1) / Self.blockBytes
        fillMarks(to: block)
        lastMark = Mark(count: nextNumber + 1, end: end)
        marks[block] = lastMark
        lastBlock = block
        nextNumber += 1
    }

    /// Has the blocks behind the last entry's, in which no entry ends, say so.
    private mutating func fillMarks(to block: Int) {
        var empty = lastBlock + 1
        while empty < block {
            marks[empty] = lastMark
            empty += 1
        }
    }

    // MARK: Reading

    /// Where an entry lies.
    struct Place {
        var number: UInt64
        fileprivate var bounds: Range<Int>
    }

    /// The latest entry; nil where there is none.
    var newest: Place? {
        guard nextNumber > 0 else { return nil }
        if let first = unfilled.first { return first.number > 0 ? place(of: first.number - 1) : nil }
        return place(nextNumber - 1, endingAt: head)
    }

    /// The entry of that number; nil where it was written over, or has not come yet.
    func place(of number: UInt64) -> Place? {
        guard number < unfilled.first?.number ?? nextNumber else { return nil }
        // The marks of a lap are in the order of their numbers; those behind the head's block are of the lap before.
        let headBlock = (head - 1) / Self.blockBytes
        let isOfLap = number >= firstOfLap
        var (low, high) = isOfLap ? (0, headBlock) : (headBlock + 1, marks.count)
        // The first block whose mark is not below the number.
        while low < high {
            let middle = (low + high) / 2
            if marks[middle].count <= number { low = middle + 1 } else { high = middle }
        }
        // The lap before may have ended in the head's block.
        let mark = low < marks.count ? marks[low] : Mark(count: firstOfLap, end: previousEnd)
        guard mark.count > number, var place = place(mark.count - 1, endingAt: mark.end) else { return nil }
        while place.number > number {
            guard let older = self.place(before: place) else { return nil }
            place = older
        }
        return place
    }

    /// The entry before one that was just found; nil where it was written over.
    func place(before place: Place) -> Place? {
        guard place.number > 0 else { return nil }
        // The one before the first of a lap is the last of the lap before.
        return self.place(
            place.number - 1, endingAt: place.number == firstOfLap ? previousEnd : place.bounds.lowerBound)
    }

    /// An entry that ends there, if it is still whole.
    private func place(_ number: UInt64, endingAt end: Int) -> Place? {
        let isOfLap = number >= firstOfLap
        // Of an older entry that was partly written over, even the length at its end may be gone.
        guard isOfLap || end - 4 >= head else { return nil }
        let start = end - length(ofEntryEndingAt: end)
        guard isOfLap || start >= head else { return nil }
        return Place(number: number, bounds: start..<end)
    }

    /// The number of bytes of an entry's texts.
    func textBytes(_ place: Place) -> Int {
        place.bounds.count - Self.headerBytes - 4
    }

    /// The entry without its texts, and these.
    func withEntry<R>(_ place: Place, _ body: (RingEntry.Head, _ texts: RingEntry.Texts) -> R) -> R {
        let bounds = place.bounds
        func get<T: BitwiseCopyable>(_ offset: Int, as type: T.Type) -> T {
            memory.loadUnaligned(fromByteOffset: bounds.lowerBound + offset, as: type)
        }
        let runStart = bounds.lowerBound + Self.headerBytes
        let nameStart = runStart + Int(get(28, as: UInt16.self))
        let dataStart = nameStart + Int(get(24, as: UInt32.self))
        return body(
            RingEntry.Head(
                severity: Severity(rawValue: get(31, as: UInt8.self)) ?? .info, sequence: get(8, as: UInt64.self),
                sentAt: get(16, as: Int64.self), receivedAt: get(0, as: Int64.self), source: get(30, as: UInt8.self)),
            RingEntry.Texts(
                run: UnsafeRawBufferPointer(rebasing: memory[runStart..<nameStart]),
                name: UnsafeRawBufferPointer(rebasing: memory[nameStart..<dataStart]),
                data: UnsafeRawBufferPointer(rebasing: memory[dataStart..<bounds.upperBound - 4])))
    }

    private func length(ofEntryEndingAt end: Int) -> Int {
        Int(memory.loadUnaligned(fromByteOffset: end - 4, as: UInt32.self))
    }
}

/// What the ring gives back of an entry.
enum RingEntry {
    /// What an entry has beside its texts.
    struct Head {
        var severity: Severity
        var sequence: UInt64
        var sentAt: Int64
        /// When it was recorded, in nanoseconds since 1970-01-01T00:00:00Z.
        var receivedAt: Int64
        /// The number of the transport that brought it.
        var source: UInt8
    }

    /// The texts of an entry, in the memory of the ring.
    struct Texts {
        /// Empty where the entry belongs to no run.
        var run: UnsafeRawBufferPointer
        var name: UnsafeRawBufferPointer
        var data: UnsafeRawBufferPointer
    }
}
