import Dispatch
import EntryStore
import Synchronization

/// Pages of a database that are read for clients: off the event loops, and few at a time, since each is held in memory until
/// its client has taken it.
final class StoredPages: Sendable {
    /// The most pages at a time.
    static let most = 8
    /// The names and data of a page, in bytes, unless its first entry alone has more.
    static let maxTextBytes = 2 * 1024 * 1024

    private let count = Atomic(0)
    private let queue = DispatchQueue(label: "brokerlab.entries", attributes: .concurrent)

    /// The right to have a page in memory, for as long as somebody has it.
    final class Permit: Sendable {
        private let pages: StoredPages

        fileprivate init(of pages: StoredPages) {
            self.pages = pages
        }

        deinit {
            pages.count.subtract(1, ordering: .relaxed)
        }
    }

    /// A permit; nil where there are too many pages.
    func permit() -> Permit? {
        guard count.add(1, ordering: .relaxed).newValue <= Self.most else {
            count.subtract(1, ordering: .relaxed)
            return nil
        }
        return Permit(of: self)
    }

    /// Runs `body` on a thread that may wait.
    func run(_ body: @escaping @Sendable () -> Void) {
        queue.async(execute: body)
    }
}
