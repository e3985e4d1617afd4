import BenchmarkKit
import Glibc
import Metrics
import TransportIO

/// What this process takes of the machine, by the names that Prometheus has for it.
///
/// Source: https://prometheus.io/docs/instrumenting/writing_clientlibs/, "Process metrics".
enum ProcessMetrics {
    /// All of them as they are now; what the kernel does not tell is left out.
    @Sendable
    static func families() -> [MetricFamily] {
        var time = MetricFamily(
            .counter, "process_cpu_seconds_total", "CPU time that the process has used, of all threads.")
        time.add(ProcessCPU.own.used.map { Double($0) / 1e9 })
        var memory = MetricFamily(.gauge, "process_resident_memory_bytes", "Resident set of the process.")
        memory.add(ResidentMemory.bytes(of: getpid()))
        return [
            time, memory,
            MetricFamily(.gauge, "process_open_fds", "File descriptors that are open.", FileDescriptors.inUse),
            MetricFamily(.gauge, "process_max_fds", "File descriptors that there may be.", FileDescriptors.limit),
        ]
    }
}
