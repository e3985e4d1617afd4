import Broker
import Gob

extension GobLimits {
    /// Limits that let an entry of the largest size through, with its request or response header.
    static func forEntries(_ limits: EntryLimits) -> GobLimits {
        var gob = GobLimits()
        gob.messageBytes = limits.maxEntryBytes + EntryLimits.maxRunIDBytes + 1024
        return gob
    }
}
