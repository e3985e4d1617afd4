import BenchmarkResults
import Glibc

/// What a server's processes have used so far: the first one and those that it has started.
struct ProcessFamily: Sendable, Hashable {
    /// The CPU time of each, in nanoseconds.
    private(set) var times: [pid_t: UInt64] = [:]
    /// The bytes that each has written to disks.
    private(set) var written: [pid_t: UInt64] = [:]

    /// Its processes.
    var members: Set<pid_t> { Set(times.keys) }

    /// Reads the family of a process; empty where there is none.
    init(of first: pid_t) {
        self.init(timesOf: first)
        for pid in members { written[pid] = DiskBytes.written(by: pid) }
    }

    /// Reads the CPU times of the family of a process alone, which costs less.
    init(timesOf first: pid_t) {
        let children = SmallFile.text(at: "/proc/\(first)/task/\(first)/children") ?? ""
        for pid in [first] + children.split(whereSeparator: \.isWhitespace).compactMap({ pid_t($0) }) {
            times[pid] = ProcessCPU(pid: pid)?.used
        }
    }

    /// The CPU time used since an earlier reading; a process that is new has used all of its own since.
    func time(since earlier: ProcessFamily) -> UInt64 { Self.sum(times, since: earlier.times) }

    /// The bytes written to disks since an earlier reading; nil where they cannot be known of all.
    func bytes(since earlier: ProcessFamily) -> UInt64? {
        guard members.allSatisfy({ written[$0] != nil }) else { return nil }
        return Self.sum(written, since: earlier.written)
    }

    private static func sum(_ values: [pid_t: UInt64], since earlier: [pid_t: UInt64]) -> UInt64 {
        values.reduce(0) { sum, value in
            let before = earlier[value.key] ?? 0
            return sum + (value.value > before ? value.value - before : 0)
        }
    }
}

/// What a process has written to disks, as the kernel counts it.
enum DiskBytes {
    /// The pages that the process has made dirty, in bytes (proc(5), `/proc/[pid]/io`); nil where that may not be read.
    static func written(by pid: pid_t) -> UInt64? {
        let line = SmallFile.text(at: "/proc/\(pid)/io")?.split(separator: "\n").first {
            $0.hasPrefix("write_bytes:")
        }
        return line?.split(separator: " ").last.flatMap { UInt64($0) }
    }
}
