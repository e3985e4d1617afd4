import Broker
import Synchronization

/// The entries of one connection whose fate was told, on any thread, until the event loop answers them.
final class DecidedEntries: @unchecked Sendable {
    // Unchecked: what is guarded by no lock is the event loop's.

    struct Entry {
        let ticket: UInt64
        let result: RecordResult
    }

    /// Memory of more entries than that is let go of.
    private static let mostIdle = 256

    private let told = Mutex<[Entry]>([])
    /// Those that are being answered; its memory and that of ``told`` are used in turn.
    private var taken: [Entry] = []

    /// Adds an entry; returns whether it is the first one, so that the event loop is to be told.
    func add(_ ticket: UInt64, _ result: RecordResult) -> Bool {
        told.withLock { told in
            told.append(Entry(ticket: ticket, result: result))
            return told.count == 1
        }
    }

    /// Lends all of them, on the event loop.
    func take(_ body: ([Entry]) -> Void) {
        var entries: [Entry] = []
        swap(&entries, &taken)
        told.withLock { swap(&$0, &entries) }
        body(entries)
        entries.removeAll(keepingCapacity: entries.count <= Self.mostIdle)
        taken = entries
    }
}
