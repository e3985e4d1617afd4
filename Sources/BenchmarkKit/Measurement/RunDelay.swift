import BenchmarkResults
import Foundation

/// How long the threads of a process have run, and how long they were able to run and waited for a core.
struct RunDelay: Sendable, Hashable {
    /// Nanoseconds on a core.
    var running: UInt64 = 0
    /// Nanoseconds in the queue for a core.
    var waiting: UInt64 = 0

    /// Of all threads of a process that live now; nil where the kernel does not tell.
    static func now(of process: Int32) -> RunDelay? {
        let folder = "/proc/\(process)/task"
        guard let threads = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return nil }
        var sum = RunDelay()
        for thread in threads {
            // A thread that has ended since had ended its work.
            guard let text = SmallFile.text(at: "\(folder)/\(thread)/schedstat") else { continue }
            guard let delay = RunDelay(schedstat: text) else { return nil }
            sum.running += delay.running
            sum.waiting += delay.waiting
        }
        return sum
    }

    init() {}

    /// Reads `running waiting slices`, in nanoseconds (Documentation/scheduler/sched-stats.rst of the kernel).
    init?(schedstat text: String) {
        let words = text.split(whereSeparator: \.isWhitespace).compactMap { UInt64($0) }
        guard words.count >= 2 else { return nil }
        running = words[0]
        waiting = words[1]
    }

    /// The part of the time since an earlier reading in which the process wanted a core and had none, in percent of the
    /// time that it wanted one.
    func percentWaiting(since earlier: RunDelay) -> Double? {
        guard running >= earlier.running, waiting >= earlier.waiting else { return nil }
        let wanted = (running - earlier.running) + (waiting - earlier.waiting)
        guard wanted > 0 else { return nil }
        return 100 * Double(waiting - earlier.waiting) / Double(wanted)
    }
}
