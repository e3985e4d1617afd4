import BenchmarkResults
import Broker
import Glibc

/// What became of the cores' time, from `/proc/stat`: what was stolen by the hypervisor, and what nobody wanted.
///
/// The kernel measures both. What it tells of time in use it samples at its own tick, which says nothing of work that is done
/// at a steady rate, as an open load's is; so that is worked out from the others.
struct StolenTime: Sendable, Hashable {
    /// When it was read, in nanoseconds of ``MonotonicClock``.
    var time: UInt64
    /// The number of cores.
    var cores: Int
    /// Ticks stolen.
    var stolen: UInt64
    /// Ticks in which a core had nothing to do.
    var idle: UInt64

    /// Now; nil where the kernel does not tell.
    static var now: StolenTime? {
        SmallFile.text(at: "/proc/stat").flatMap { StolenTime(stat: $0, time: MonotonicClock.now) }
    }

    /// Reads `cpu  user nice system idle iowait irq softirq steal guest guest_nice` (proc(5)), and counts the lines of cores.
    init?(stat text: String, time: UInt64) {
        let lines = text.split(separator: "\n").prefix { $0.hasPrefix("cpu") }
        let words = (lines.first ?? "").split(separator: " ")
        guard words.first == "cpu", lines.count > 1 else { return nil }
        let ticks = words.dropFirst().prefix(8).compactMap { UInt64($0) }
        guard ticks.count == 8 else { return nil }
        self.time = time
        cores = lines.count - 1
        stolen = ticks[7]
        idle = ticks[3] + ticks[4]
    }

    /// The cores' busy time since an earlier reading, in nanoseconds, that is not in `own`: what other processes used.
    ///
    /// As a part of all cores' time in percent; nil when no time has passed.
    func foreignPercent(since earlier: StolenTime, own: UInt64) -> Double? {
        guard let all = coreTime(since: earlier), stolen >= earlier.stolen, idle >= earlier.idle else { return nil }
        let others = Double(stolen - earlier.stolen + idle - earlier.idle) * Self.tick
        return max(0, 100 * (all - others - Double(own)) / all)
    }

    /// The stolen part of the time since an earlier reading, in percent; nil when no time has passed.
    func percent(since earlier: StolenTime) -> Double? {
        guard let all = coreTime(since: earlier), stolen >= earlier.stolen else { return nil }
        return 100 * Double(stolen - earlier.stolen) * Self.tick / all
    }

    /// All cores' time since an earlier reading, in nanoseconds.
    private func coreTime(since earlier: StolenTime) -> Double? {
        time > earlier.time ? Double(time - earlier.time) * Double(cores) : nil
    }

    /// In nanoseconds.
    private static let tick = 1e9 / Double(sysconf(Int32(_SC_CLK_TCK)))
}
