import Synchronization

/// What the accounts of all runs may take of the memory: a peer chooses run ids and sequence numbers as it likes.
///
/// Runs that were announced may use all that is left. Those that were not share a half, and each of them has a sixteenth, so
/// that entries of nobody's runs leave room for the runs that somebody will ask for.
final class LedgerMemory: Sendable {
    private struct Use {
        var all = 0
        var ofUnannounced = 0
    }

    /// The bound, in bytes.
    let limit: Int
    private let use = Mutex(Use())

    init(limit: Int) {
        self.limit = limit
    }

    /// What the accounts take, in bytes.
    var used: Int { use.withLock { $0.all } }

    /// What one run takes.
    final class Share: Sendable {
        private let memory: LedgerMemory
        private let isAnnounced: Bool
        /// Changed under the lock of the whole.
        private let used = Atomic(0)

        fileprivate init(of memory: LedgerMemory, isAnnounced: Bool) {
            self.memory = memory
            self.isAnnounced = isAnnounced
        }

        deinit {
            let used = used.load(ordering: .relaxed)
            memory.use.withLock { use in
                use.all -= used
                if !isAnnounced { use.ofUnannounced -= used }
            }
        }

        /// Takes more; false, and nothing is taken, where the bound would be exceeded.
        func take(_ bytes: Int) -> Bool {
            memory.use.withLock { use in
                guard use.all + bytes <= memory.limit else { return false }
                if !isAnnounced {
                    guard used.load(ordering: .relaxed) + bytes <= memory.limit / 16,
                        use.ofUnannounced + bytes <= memory.limit / 2
                    else { return false }
                    use.ofUnannounced += bytes
                }
                use.all += bytes
                used.wrappingAdd(bytes, ordering: .relaxed)
                return true
            }
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
