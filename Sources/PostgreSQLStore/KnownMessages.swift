import EntryStore

/// The entries of a batch whose messages may be stored already: those of the same id, name and data.
enum KnownMessages {
    /// Whether the database is to be asked for the message of an entry.
    ///
    /// An id that is no text has no place in the index; its entry is stored, perhaps once more.
    static func mayBeKnown(_ entry: BatchedEntry) -> Bool { entry.mayRepeat && hasID(entry) }

    /// The places in the batch of what is known by an earlier entry of the batch.
    static func repeated(in batch: EntryBatch) -> Set<Int> {
        guard batch.indices.contains(where: { mayBeKnown(batch[$0]) }) else { return [] }
        var known: Set<Int> = []
        var earlier: [[UInt8]: [Int]] = [:]
        for index in batch.indices where hasID(batch[index]) {
            let entry = batch[index]
            let id = Array(entry.messageID)
            let isThere = earlier[id, default: []].contains { other in
                batch[other].name.elementsEqual(entry.name) && batch[other].data.elementsEqual(entry.data)
            }
            if isThere && entry.mayRepeat { known.insert(index) } else { earlier[id, default: []].append(index) }
        }
        return known
    }

    private static func hasID(_ entry: BatchedEntry) -> Bool {
        !entry.messageID.isEmpty && StorableText.isStorable(entry.messageID)
    }
}

extension EntryBatch {
    /// The places of its entries.
    var indices: Range<Int> { 0..<count }
}
