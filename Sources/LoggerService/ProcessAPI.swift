import Broker
import Glibc

/// What a lab on another host asks of a logger beside its ledger: its clock, and what its process has used.
///
/// | request | answer |
/// | --- | --- |
/// | `GET /clock` | what the wall clock and the monotonic clock say |
/// | `GET /process` | who it is, its CPU time, its resident memory and the peak of that |
/// | `PUT /process` | the same, of a peak that begins now |
package struct ProcessAPI: Sendable {
    /// What the clocks say, in nanoseconds: the wall clock since 1970-01-01T00:00:00Z.
    package struct Clock: Sendable, Hashable, Codable {
        package var wallNs: Int64
        package var monotonicNs: UInt64

        enum CodingKeys: String, CodingKey {
            case wallNs = "wall_ns"
            case monotonicNs = "monotonic_ns"
        }
    }

    /// What the process has used; what the kernel does not tell is left out.
    package struct Use: Sendable, Hashable, Codable {
        /// What it calls itself.
        package var name: String
        /// Its version.
        package var version: String
        /// CPU time of all its threads so far, in nanoseconds.
        package var cpuNs: UInt64?
        /// Its resident set, in bytes.
        package var memoryBytes: UInt64?
        /// The largest that it was since the peak began, in bytes; nil where no peak could be begun.
        package var memoryPeakBytes: UInt64?

        enum CodingKeys: String, CodingKey {
            case name, version
            case cpuNs = "cpu_ns"
            case memoryBytes = "memory_bytes"
            case memoryPeakBytes = "memory_peak_bytes"
        }
    }

    /// CPU time and memory of a process, as whoever makes this can read them.
    package struct Meters: Sendable {
        /// CPU time so far, in nanoseconds.
        var cpu: @Sendable () -> UInt64?
        /// The resident set, in bytes.
        var memory: @Sendable () -> UInt64?
        /// Begins a peak of it; false where the kernel does not allow it.
        var beginPeak: @Sendable () -> Bool
        /// The peak, in bytes.
        var peak: @Sendable () -> UInt64?

        /// Creates meters.
        package init(
            cpu: @escaping @Sendable () -> UInt64?, memory: @escaping @Sendable () -> UInt64?,
            beginPeak: @escaping @Sendable () -> Bool, peak: @escaping @Sendable () -> UInt64?
        ) {
            (self.cpu, self.memory, self.beginPeak, self.peak) = (cpu, memory, beginPeak, peak)
        }
    }

    private let name: String
    private let version: String
    private let meters: Meters
    private let hasPeak = Flag()

    /// Creates the API of a process that calls itself so.
    package init(name: String, version: String, meters: Meters) {
        (self.name, self.version, self.meters) = (name, version, meters)
    }

    func clock(of ledger: Ledger) -> Clock {
        Clock(wallNs: ledger.wallTime, monotonicNs: MonotonicClock.now)
    }

    func use() -> Use {
        Use(
            name: name, version: version, cpuNs: meters.cpu(), memoryBytes: meters.memory(),
            memoryPeakBytes: hasPeak.isSet ? meters.peak() : nil)
    }

    func beginPeak() -> Use {
        if meters.beginPeak() { _ = hasPeak.set() }
        return use()
    }
}
