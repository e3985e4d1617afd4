import Glibc

/// What the hypervisor gave to others, from the first line of `/proc/stat`.
struct StolenTime: Sendable, Hashable {
    /// Ticks of all states of all cores.
    var total: UInt64
    /// Ticks stolen.
    var stolen: UInt64
    /// Ticks in which a core had nothing to do.
    var idle: UInt64

    /// Now; nil where the kernel does not tell.
    static var now: StolenTime? {
        SmallFile.text(at: "/proc/stat").flatMap(StolenTime.init(stat:))
    }

    /// Reads `cpu  user nice system idle iowait irq softirq steal guest guest_nice` (proc(5)).
    init?(stat text: String) {
        let words = text.prefix { $0 != "\n" }.split(separator: " ")
        guard words.first == "cpu" else { return nil }
        // The guests' time is already contained in user and nice.
        let ticks = words.dropFirst().prefix(8).compactMap { UInt64($0) }
        guard ticks.count == 8 else { return nil }
        total = ticks.reduce(0, +)
        stolen = ticks[7]
        idle = ticks[3] + ticks[4]
    }

    /// The cores' busy time since an earlier reading, in nanoseconds, that is not in `own`: what other processes used.
    ///
    /// As a part of all cores' time in percent; nil when no tick has passed.
    func foreignPercent(since earlier: StolenTime, own: UInt64) -> Double? {
        guard total > earlier.total, stolen >= earlier.stolen, idle >= earlier.idle else { return nil }
        let ticks = total - earlier.total
        let busy = Double(ticks) - Double(stolen - earlier.stolen) - Double(idle - earlier.idle)
        let ownTicks = Double(own) / 1e9 * Double(sysconf(Int32(_SC_CLK_TCK)))
        return max(0, 100 * (busy - ownTicks) / Double(ticks))
    }

    /// The stolen part of the time since an earlier reading, in percent; nil when no tick has passed.
    func percent(since earlier: StolenTime) -> Double? {
        guard total > earlier.total, stolen >= earlier.stolen else { return nil }
        return 100 * Double(stolen - earlier.stolen) / Double(total - earlier.total)
    }
}
