import Broker

/// A store of the latest entries in a bounded piece of memory that is allocated, and touched, once.
///
/// Entries lie one behind the other, each followed by its length, so that they can be walked from the newest back. One that
/// does not fit before the end of the memory starts again at its beginning, over the oldest.
struct EntryRing: ~Copyable {
    private static let headerBytes = 32

    private let memory: UnsafeMutableRawBufferPointer
    /// Where the next entry goes.
    private var head = 0
    /// Where the entries end that were written before the head came back to the beginning; 0 before that.
    private var previousEnd = 0

    init(byteCount: Int) {
        memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(byteCount, 1), alignment: 16)
        memory.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit {
        memory.deallocate()
    }

    /// Copies an entry in, over the oldest ones; one that is larger than the memory is left out.
    mutating func append(_ entry: borrowing ReceivedEntry, receivedAt: Int64, source: UInt8) {
        let texts = (entry.run.byteCount, entry.name.byteCount, entry.data.byteCount)
        let total = Self.headerBytes + texts.0 + texts.1 + texts.2 + 4
        guard total <= memory.count else { return }
        if head + total > memory.count {
            previousEnd = head
            head = 0
        }
        var offset = head
        func put<T: BitwiseCopyable>(_ value: T) {
            memory.storeBytes(of: value, toByteOffset: offset, as: T.self)
            offset += MemoryLayout<T>.size
        }
        func put(_ bytes: RawSpan) {
            bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: memory[offset...]).copyMemory(from: $0) }
            offset += bytes.byteCount
        }
        put(receivedAt)
        put(entry.sequence)
        put(entry.sentAt)
        put(UInt32(texts.1))
        put(UInt16(texts.0))
        put(source)
        put(entry.severity.rawValue)
        put(entry.run)
        put(entry.name)
        put(entry.data)
        put(UInt32(total))
        head = offset
    }

    /// The latest entries, newest first, at most `limit`.
    func latest(_ limit: Int) -> [StoredEntry] {
        var entries: [StoredEntry] = []
        var end = head
        while end > 0 && entries.count < limit {
            let start = end - length(ofEntryEndingAt: end)
            entries.append(entry(start..<end))
            end = start
        }
        end = previousEnd
        // Of an older entry that was partly written over, even the length at its end may be gone.
        while end - 4 >= head && entries.count < limit {
            let start = end - length(ofEntryEndingAt: end)
            guard start >= head else { break }
            entries.append(entry(start..<end))
            end = start
        }
        return entries
    }

    private func length(ofEntryEndingAt end: Int) -> Int {
        Int(memory.loadUnaligned(fromByteOffset: end - 4, as: UInt32.self))
    }

    private func entry(_ bounds: Range<Int>) -> StoredEntry {
        let start = bounds.lowerBound
        func get<T: BitwiseCopyable>(_ offset: Int, as type: T.Type) -> T {
            memory.loadUnaligned(fromByteOffset: start + offset, as: type)
        }
        let nameStart = start + Self.headerBytes + Int(get(28, as: UInt16.self))
        let dataStart = nameStart + Int(get(24, as: UInt32.self))
        func text(_ range: Range<Int>) -> String {
            String(decoding: UnsafeRawBufferPointer(rebasing: memory[range]), as: UTF8.self)
        }
        let run = text(start + Self.headerBytes..<nameStart)
        return StoredEntry(
            entry: LogEntry(
                name: text(nameStart..<dataStart), data: text(dataStart..<bounds.upperBound - 4),
                severity: Severity(rawValue: get(31, as: UInt8.self)) ?? .info,
                stamp: run.isEmpty
                    ? nil
                    : RunStamp(run: run, sequence: get(8, as: UInt64.self), sentAt: get(16, as: Int64.self))),
            receivedAt: get(0, as: Int64.self), source: get(30, as: UInt8.self))
    }
}

/// An entry as the store gives it back.
struct StoredEntry {
    var entry: LogEntry
    /// When it was recorded, in nanoseconds since 1970-01-01T00:00:00Z.
    var receivedAt: Int64
    /// The number of the transport that brought it.
    var source: UInt8
}
