import Glibc

/// The clocks of a measurement, as plain nanoseconds.
public enum MonotonicClock {
    /// CLOCK_MONOTONIC: for durations and deadlines in one process.
    public static var now: UInt64 {
        UInt64(truncatingIfNeeded: read(CLOCK_MONOTONIC))
    }

    /// CLOCK_REALTIME since 1970-01-01T00:00:00Z: for times that cross a process boundary, such as an entry's `sentAt`.
    public static var wallTime: Int64 {
        read(CLOCK_REALTIME)
    }

    /// CLOCK_THREAD_CPUTIME_ID: what the calling thread has used of a core.
    public static var threadCPUTime: UInt64 {
        UInt64(truncatingIfNeeded: read(CLOCK_THREAD_CPUTIME_ID))
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
