import BenchmarkResults
package import Glibc

/// The largest resident set of a process since a moment of choice.
package struct PeakMemory: Sendable {
    private let pid: pid_t

    /// Starts anew; nil where the kernel does not allow it, because the figure would then be of another span.
    package init?(startingNowFor pid: pid_t) {
        self.pid = pid
        // proc(5), /proc/[pid]/clear_refs: 5 resets the peak resident set size to the current one.
        let file = open("/proc/\(pid)/clear_refs", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        guard write(file, "5", 1) == 1 else { return nil }
    }

    /// The peak, in bytes; nil when the process is gone.
    var bytes: UInt64? { Self.bytes(of: pid) }

    /// The peak of a process since it was last begun, whoever did that, in bytes; nil when the process is gone.
    package static func bytes(of pid: pid_t) -> UInt64? {
        peak(inStatus: SmallFile.text(at: "/proc/\(pid)/status") ?? "")
    }

    /// Those of several processes.
    struct Sum: Sendable {
        private let all: [PeakMemory]

        /// Starts anew; nil of none, and where one of them cannot be seen.
        init?(startingNowFor processes: [pid_t]) {
            all = processes.compactMap(PeakMemory.init(startingNowFor:))
            guard !all.isEmpty, all.count == processes.count else { return nil }
        }

        /// Their peaks together, in bytes; nil when one of them is gone.
        var bytes: UInt64? {
            let peaks = all.compactMap(\.bytes)
            return peaks.count == all.count ? peaks.reduce(0, +) : nil
        }
    }

    static func peak(inStatus text: String) -> UInt64? {
        for line in text.split(separator: "\n") where line.hasPrefix("VmHWM:") {
            return line.split(separator: " ", omittingEmptySubsequences: true).dropFirst().first
                .flatMap { word in word.split(separator: "\t").last.flatMap { UInt64($0) } }
                .map { $0 * 1024 }
        }
        return nil
    }
}
