import LoggerService

/// What a load generator says of its entries, held against what has arrived.
struct FateReconciliation: Sendable, Hashable {
    /// Different entries that arrived.
    var delivered: UInt64 = 0
    /// Entries that arrived more than once, as often as they did.
    var duplicated: UInt64 = 0
    /// Entries acknowledged that did not arrive.
    var lost: UInt64 = 0
    /// Entries of an unknown fate that arrived.
    var unknownArrived: UInt64 = 0
    /// Entries that arrived though it was said of them that they were not sent, or not taken.
    var arrivedAllTheSame: UInt64 = 0
    /// Entries that arrived and were never sent.
    var strange: UInt64 = 0

    /// Entry by entry, from the sequence numbers in a store, of which each is there as often as it is stored.
    init(_ fates: [EntryFate], stored: [UInt64]) {
        let arrived = Set(stored)
        delivered = UInt64(arrived.count)
        duplicated = UInt64(stored.count - arrived.count)
        var known = 0
        for fate in fates {
            let isThere = arrived.contains(fate.sequence)
            if isThere { known += 1 }
            switch (fate.outcome, isThere) {
            case (.acknowledged, false): lost += 1
            case (.unknown, true): unknownArrived += 1
            case (.notSent, true), (.rejected, true): arrivedAllTheSame += 1
            default: break
            }
        }
        strange = UInt64(arrived.count - known)
    }

    /// By the counts of a ledger: as many as arrived beyond those that were acknowledged are taken for those of an unknown fate.
    init(_ result: LoadResult, _ report: RunReport) {
        let untracked = report.untracked ?? 0
        delivered = report.unique
        duplicated = report.duplicated
        lost = result.acked - min(result.acked, report.unique + untracked)
        let more = report.unique - min(report.unique, result.acked)
        unknownArrived = min(more, result.unknown)
        arrivedAllTheSame = min(more - unknownArrived, result.notSent + result.rejected)
        strange = more - unknownArrived - arrivedAllTheSame
    }
}
