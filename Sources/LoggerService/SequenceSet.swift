/// The sequence numbers of a run that have been received: one bit each, in pages that are made as they are needed.
///
/// A page is small, so that numbers that lie far apart take little memory.
struct SequenceSet {
    enum Insertion {
        case inserted
        case wasThere
        /// There is no memory for the number's page.
        case beyondMemory
    }

    private final class Page {
        var words = [UInt64](repeating: 0, count: SequenceSet.pageBits / 64)
    }

    static let pageBits = 4096
    /// What a page takes with its place in the dictionary, in bytes.
    static let pageBytes = 640

    private let takeMemory: (_ bytes: Int) -> Bool
    private var pages: [UInt64: Page] = [:]
    private var latest: (index: UInt64, page: Page)?

    /// - Parameter takeMemory: asked before a page is made whether there is memory for it.
    init(takeMemory: @escaping (_ bytes: Int) -> Bool) {
        self.takeMemory = takeMemory
    }

    mutating func insert(_ number: UInt64) -> Insertion {
        let index = number / UInt64(Self.pageBits)
        guard let page = page(index) else { return .beyondMemory }
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
            guard takeMemory(Self.pageBytes) else { return nil }
            page = Page()
            pages[index] = page
        }
        latest = (index, page)
        return page
    }
}
