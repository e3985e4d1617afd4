/// The entries of a ledger, whatever loop brought them, newest first: those of one loop in the order in which they came, and of
/// the next ones of all loops the one that came last.
///
/// It looks into the rings for many at a time, and holds one loop's lock at a time.
struct LatestEntries {
    /// What is looked for in a ring at once.
    private static let most = 1024

    /// An entry as it was found.
    struct Entry {
        /// The loop that brought it.
        var loop: Int
        /// Its number in the loop's ring.
        var number: UInt64
        var receivedAt: Int64
        var textBytes: Int
    }

    private struct Ring {
        /// What was found and was not given yet, the newest last.
        var found: [Entry]
        var isAtEnd: Bool
    }

    private let ledger: Ledger
    private let atOnce: Int
    private var rings: [Ring] = []

    /// - Parameters:
    ///   - cursor: behind what they begin; nil for all.
    ///   - limit: how many are wanted; more are there all the same.
    init(of ledger: Ledger, before cursor: EntryCursor?, limit: Int) {
        self.ledger = ledger
        atOnce = min(limit + 1, Self.most)
        rings = ledger.loops.indices.map { find(on: $0, before: cursor?.numbers[$0]) }
    }

    /// The next entry; nil where there are none.
    var first: Entry? {
        rings.lazy.compactMap(\.found.last).max { $0.receivedAt < $1.receivedAt }
    }

    /// The number of the next entry of each loop; nil where there are none.
    var numbers: [UInt64?] { rings.map(\.found.last?.number) }

    /// Goes on behind the next entry.
    mutating func removeFirst() {
        guard let first, let last = rings[first.loop].found.popLast() else { return }
        if rings[first.loop].found.isEmpty, !rings[first.loop].isAtEnd {
            rings[first.loop] = find(on: first.loop, before: last.number)
        }
    }

    private func find(on loop: Int, before number: UInt64?) -> Ring {
        ledger.loops[loop].withRing { ring, _ in
            var place = if let number { number > 0 ? ring.place(of: number - 1) : nil } else { ring.newest }
            var found: [Entry] = []
            while let entry = place, found.count < atOnce {
                let receivedAt = ring.withEntry(entry) { head, _ in head.receivedAt }
                found.append(
                    Entry(
                        loop: loop, number: entry.number, receivedAt: receivedAt, textBytes: ring.textBytes(entry)))
                place = ring.place(before: entry)
            }
            return Ring(found: found.reversed(), isAtEnd: place == nil)
        }
    }
}
