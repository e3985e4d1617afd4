import Synchronization

/// The sequence numbers of a run that have been received, on whatever event loop: one bit each, in pages that are made as they
/// are needed.
///
/// A page is small, so that numbers that lie far apart take little memory. Its bits are set where the entries arrive, so that of
/// several with one number it is certain which was the first.
final class SequencePages: Sendable {
    /// One bit for each number of a page.
    final class Page: Sendable {
        private let words = InlineArray<64, Atomic<UInt64>> { _ in Atomic(0) }

        /// Sets a bit; returns whether it was not set before.
        func insert(_ bit: Int) -> Bool {
            let mask: UInt64 = 1 << UInt64(bit % 64)
            return words[bit / 64].bitwiseOr(mask, ordering: .relaxed).oldValue & mask == 0
        }
    }

    static let pageBits = 4096
    /// What a page takes with its places in two dictionaries, the one here and a loop's, in bytes.
    static let pageBytes = 640
    /// What its place in the dictionary of a further loop takes.
    private static let placeBytes = 48

    private let bytesTaken: Int
    private let takeMemory: @Sendable (_ bytes: Int) -> Bool
    private let pages = Mutex<[UInt64: Page]>([:])

    /// - Parameters:
    ///   - loops: how many loops bring numbers.
    ///   - takeMemory: asked before a page is made whether there is memory for it.
    init(loops: Int = 1, takeMemory: @escaping @Sendable (_ bytes: Int) -> Bool) {
        bytesTaken = Self.pageBytes + (loops - 1) * Self.placeBytes
        self.takeMemory = takeMemory
    }

    /// A page, which is made if there is memory for it.
    func page(_ index: UInt64) -> Page? {
        pages.withLock { pages in
            if let page = pages[index] { return page }
            guard takeMemory(bytesTaken) else { return nil }
            let page = Page()
            pages[index] = page
            return page
        }
    }
}
