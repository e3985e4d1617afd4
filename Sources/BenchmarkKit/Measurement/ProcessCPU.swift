import Glibc

/// The CPU time that a process has used, all threads together, as the kernel accounts for it.
package struct ProcessCPU: Sendable {
    private let clock: clockid_t

    /// The process that this code runs in.
    package static let own = ProcessCPU(clock: CLOCK_PROCESS_CPUTIME_ID)

    private init(clock: clockid_t) {
        self.clock = clock
    }

    /// Another process; nil if there is none with that id.
    init?(pid: pid_t) {
        var clock = clockid_t()
        // 0 would mean this process, and a negative id is not looked up at all.
        guard pid > 0, clock_getcpuclockid(pid, &clock) == 0 else { return nil }
        self.clock = clock
    }

    /// The time used so far, in nanoseconds; nil when the process is gone.
    package var used: UInt64? {
        var time = timespec()
        guard clock_gettime(clock, &time) == 0 else { return nil }
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
