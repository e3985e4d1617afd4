/// What the hypervisor gave to others, from the first line of `/proc/stat`.
struct StolenTime: Sendable, Hashable {
    /// Ticks of all states of all cores.
    var total: UInt64
    /// Ticks stolen.
    var stolen: UInt64

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
    }

    /// The stolen part of the time since an earlier reading, in percent; nil when no tick has passed.
    func percent(since earlier: StolenTime) -> Double? {
        guard total > earlier.total, stolen >= earlier.stolen else { return nil }
        return 100 * Double(stolen - earlier.stolen) / Double(total - earlier.total)
    }
}
