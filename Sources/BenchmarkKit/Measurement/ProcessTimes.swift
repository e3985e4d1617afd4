import BenchmarkResults
import Foundation
import Glibc

/// The CPU time of every process, so that the one that disturbed a measurement can be named.
struct ProcessTimes: Sendable {
    private var ticks: [pid_t: (name: String, ticks: UInt64)] = [:]

    /// Now; processes that cannot be seen are left out.
    static func now() -> ProcessTimes {
        var times = ProcessTimes()
        for entry in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let pid = pid_t(entry), let text = SmallFile.text(at: "/proc/\(pid)/stat") else { continue }
            times.add(pid, stat: text)
        }
        return times
    }

    /// Adds what `/proc/[pid]/stat` says: `pid (name) state ...`, with the user's and the system's time in ticks (proc(5)).
    mutating func add(_ pid: pid_t, stat text: String) {
        // The name may hold anything, also brackets.
        guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")") else { return }
        let fields = text[text.index(after: close)...].split(separator: " ")
        guard fields.count > 12, let user = UInt64(fields[11]), let system = UInt64(fields[12]) else { return }
        ticks[pid] = (String(text[text.index(after: open)..<close]), user + system)
    }

    /// The name of the program that used most since an earlier reading, all its processes together, without those that take
    /// part; nil where none used anything.
    func busiest(since earlier: ProcessTimes, without participants: Set<pid_t>) -> String? {
        var used: [String: UInt64] = [:]
        for (pid, now) in ticks where !participants.contains(pid) {
            // A process that is new used all of its time since.
            let before = earlier.ticks[pid]?.ticks ?? 0
            if now.ticks > before { used[now.name, default: 0] += now.ticks - before }
        }
        return used.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }
}
