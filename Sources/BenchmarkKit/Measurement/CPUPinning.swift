package import BenchmarkResults
import Foundation
import Glibc

/// Which cores the threads of processes may run on.
package struct CPUPinning: Sendable {
    private var processes: [pid_t]
    private var allowed: cpu_set_t

    /// Looks at which cores this process may use.
    /// - Throws: ``BenchmarkError`` if the kernel does not tell.
    package init(processes: [Int32]) throws(BenchmarkError) {
        self.processes = processes
        do {
            allowed = try SchedulerAffinity.cores(of: 0).get()
        } catch {
            throw BenchmarkError("cannot read which cores may be used: \(error)")
        }
    }

    /// Has every thread of the processes run on one core: the last one allowed, as the first serves most interrupts.
    func pinToOneCore() throws(BenchmarkError) {
        let count = MemoryLayout<cpu_set_t>.size * 8
        guard let core = (0..<count).last(where: { Self.contains($0, allowed) }) else { return }
        try set(Self.only(core))
    }

    /// Gives the processes back what this one was allowed at first.
    package func release() throws(BenchmarkError) {
        try set(allowed)
    }

    private func set(_ cores: cpu_set_t) throws(BenchmarkError) {
        for process in processes {
            // A thread started meanwhile inherits the cores of the one that started it; the second look finds a thread
            // that one started before its own turn had come.
            for _ in 0..<2 {
                for thread in Self.threads(of: process) {
                    guard case .failure(let error) = SchedulerAffinity.set(cores, of: thread) else { continue }
                    // ESRCH: the thread has ended since.
                    guard error.number == ESRCH else {
                        throw BenchmarkError(
                            "cannot choose the core of process \(process): \(error). Use --placement free.")
                    }
                }
            }
        }
    }

    private static func threads(of process: pid_t) -> [pid_t] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? []).compactMap { pid_t($0) }
    }

    private static func contains(_ core: Int, _ cores: cpu_set_t) -> Bool {
        withUnsafeBytes(of: cores) { $0[core / 8] & (1 << (core % 8)) != 0 }
    }

    private static func only(_ core: Int) -> cpu_set_t {
        var cores = cpu_set_t()
        withUnsafeMutableBytes(of: &cores) { $0[core / 8] |= 1 << (core % 8) }
        return cores
    }
}
