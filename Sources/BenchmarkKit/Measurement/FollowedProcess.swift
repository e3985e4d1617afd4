import Glibc

/// What a process has used so far, together with those that took its place where it was killed and started again.
struct FollowedProcess: Sendable {
    /// Says which process it is of late, ready or not; nil while there is none.
    private let latest: @Sendable () async -> pid_t?
    private var pid: pid_t
    private var meter: ProcessCPU
    /// What those before it had used, in nanoseconds.
    private var earlier: UInt64 = 0
    /// The CPU time that all of them had used when it was read last, in nanoseconds.
    private(set) var used: UInt64

    /// A process that is there now; nil where there is none with that id.
    /// - Parameter latest: who takes its place; nobody unless told otherwise.
    init?(_ pid: pid_t, latest: @escaping @Sendable () async -> pid_t? = { nil }) {
        guard let meter = ProcessCPU(pid: pid), let used = meter.used else { return nil }
        (self.pid, self.meter, self.used, self.latest) = (pid, meter, used, latest)
    }

    /// Its resident memory now, in bytes; 0 while there is no such process.
    var memory: UInt64 { ResidentMemory.bytes(of: pid) ?? 0 }

    /// Reads what was used.
    ///
    /// One that is gone uses nothing, until another one is there.
    mutating func read() async {
        if let now = meter.used {
            used = earlier + now
        } else if let next = await latest(), next != pid, let meter = ProcessCPU(pid: next) {
            (pid, self.meter, earlier) = (next, meter, used)
            used += meter.used ?? 0
        }
    }
}
