/// The sequence numbers of a run that have been received, as one event loop sees them.
///
/// It keeps the pages that it has met, so that it does not meet the other loops for an entry.
struct SequenceSet {
    enum Insertion {
        case inserted
        case wasThere
        /// There is no memory for the number's page.
        case beyondMemory
    }

    private let all: SequencePages
    private var pages: [UInt64: SequencePages.Page] = [:]
    private var latest: (index: UInt64, page: SequencePages.Page)?

    /// - Parameter all: what the loops have in common.
    init(of all: SequencePages) {
        self.all = all
    }

    mutating func insert(_ number: UInt64) -> Insertion {
        let index = number / UInt64(SequencePages.pageBits)
        guard let page = page(index) else { return .beyondMemory }
        return page.insert(Int(number % UInt64(SequencePages.pageBits))) ? .inserted : .wasThere
    }

    private mutating func page(_ index: UInt64) -> SequencePages.Page? {
        if let latest, latest.index == index { return latest.page }
        guard let page = pages[index] ?? all.page(index) else { return nil }
        pages[index] = page
        latest = (index, page)
        return page
    }
}
