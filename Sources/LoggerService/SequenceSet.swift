/// The sequence numbers of a run that have been received: one bit each, in pages that are made as they are needed.
struct SequenceSet {
    enum Insertion {
        case inserted
        case wasThere
        /// The number lies in a page beyond the most that a run may have.
        case beyondLimit
    }

    private final class Page {
        var words = [UInt64](repeating: 0, count: SequenceSet.pageBits / 64)
    }

    private static let pageBits = 65_536
    /// 32 MiB of pages: 268 million numbers that follow each other.
    private static let maxPages = 4096

    private var pages: [UInt64: Page] = [:]
    private var latest: (index: UInt64, page: Page)?

    mutating func insert(_ number: UInt64) -> Insertion {
        let index = number / UInt64(Self.pageBits)
        guard let page = page(index) else { return .beyondLimit }
        let bit = Int(number % UInt64(Self.pageBits))
        let mask: UInt64 = 1 << UInt64(bit % 64)
        guard page.words[bit / 64] & mask == 0 else { return .wasThere }
        page.words[bit / 64] |= mask
        return .inserted
    }

    private mutating func page(_ index: UInt64) -> Page? {
        if let latest, latest.index == index { return latest.page }
        let page: Page
        if let existing = pages[index] {
            page = existing
        } else {
            guard pages.count < Self.maxPages else { return nil }
            page = Page()
            pages[index] = page
        }
        latest = (index, page)
        return page
    }
}
