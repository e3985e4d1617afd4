/// What the accounts of all runs may take of the memory: a peer chooses run ids and sequence numbers as it likes.
///
/// Runs that were announced may use all that is left. Those that were not share a half, and each of them has a sixteenth, so
/// that entries of nobody's runs leave room for the runs that somebody will ask for.
///
/// Guarded by the ledger's lock.
final class LedgerMemory {
    /// The bound, in bytes.
    let limit: Int
    /// What the accounts take, in bytes.
    private(set) var used = 0
    private var usedByUnannounced = 0

    init(limit: Int) {
        self.limit = limit
    }

    /// What one run takes.
    final class Share {
        private let memory: LedgerMemory
        private let isAnnounced: Bool
        private var used = 0

        fileprivate init(of memory: LedgerMemory, isAnnounced: Bool) {
            self.memory = memory
            self.isAnnounced = isAnnounced
        }

        deinit {
            memory.used -= used
            if !isAnnounced { memory.usedByUnannounced -= used }
        }

        /// Takes more; false, and nothing is taken, where the bound would be exceeded.
        func take(_ bytes: Int) -> Bool {
            guard memory.used + bytes <= memory.limit else { return false }
            if !isAnnounced {
                guard used + bytes <= memory.limit / 16, memory.usedByUnannounced + bytes <= memory.limit / 2 else {
                    return false
                }
                memory.usedByUnannounced += bytes
            }
            memory.used += bytes
            used += bytes
            return true
        }
    }

    /// The share of a run; what it takes is free again when the share is gone.
    func share(isAnnounced: Bool) -> Share {
        Share(of: self, isAnnounced: isAnnounced)
    }
}

/// How much of its bound the ledger's memory takes.
struct LedgerUse: Sendable {
    var runs: Int
    var usedBytes: Int
    var limitBytes: Int
    /// The entries of all runs whose sequence number could not be kept.
    var untracked: UInt64
}
