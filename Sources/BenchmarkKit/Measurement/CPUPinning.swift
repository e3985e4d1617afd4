package import BenchmarkResults
import Foundation
import Glibc

/// Which cores the threads of processes may run on, as a placement has it.
package struct CPUPinning: Sendable {
    private let placement: Placement
    private let allowed: cpu_set_t
    /// The cores of ``allowed``, the first of which serves most interrupts.
    private let cores: [Int]

    /// Looks at which cores this process may use.
    /// - Throws: ``BenchmarkError`` if the kernel does not tell, or they are too few.
    init(_ placement: Placement) throws(BenchmarkError) {
        self.placement = placement
        do {
            allowed = try SchedulerAffinity.cores(of: 0).get()
        } catch {
            throw BenchmarkError("cannot read which cores may be used: \(error)")
        }
        cores = Self.cores(in: allowed)
        guard placement != .split || cores.count > 1 else {
            throw BenchmarkError("--placement split needs two cores, and there is one. Use --placement one-cpu.")
        }
    }

    /// Has every thread of broker and logger run where they belong; again for each cell, for the threads that were started
    /// since.
    func pin(broker: pid_t, logger: pid_t?) throws(BenchmarkError) {
        switch placement {
        case .free: break
        case .split:
            try Self.set([cores[0]], of: broker)
            if let logger { try Self.set([cores[1]], of: logger) }
        case .oneCPU:
            guard let last = cores.last else { return }
            for process in [broker, logger].compactMap(\.self) { try Self.set([last], of: process) }
        }
    }

    /// Has what else works run on the cores that are left; where none is, it shares them all.
    func pinOthers(_ processes: [pid_t]) throws(BenchmarkError) {
        guard placement == .split, cores.count > 2 else { return }
        for process in processes { try Self.set(Array(cores[2...]), of: process) }
    }

    /// Has a link run beside broker and logger, where there are cores beside theirs.
    func pin(link: pid_t) throws(BenchmarkError) {
        switch placement {
        case .free: break
        case .split: try pinOthers([link])
        case .oneCPU: if cores.count > 1 { try Self.set(cores.dropLast(), of: link) }
        }
    }

    /// Has who is between broker and logger share their core where they share one, and run beside them where there are cores.
    func pin(middle: pid_t) throws(BenchmarkError) {
        switch placement {
        case .free: break
        case .split: try pinOthers([middle])
        case .oneCPU: if let last = cores.last { try Self.set([last], of: middle) }
        }
    }

    /// Gives processes back what this one was allowed at first.
    func release(_ processes: [pid_t]) {
        guard placement != .free else { return }
        // A process that has ended needs nothing.
        for process in processes { try? Self.set(cores, of: process) }
    }

    /// Which cores are whose, in words; nil where all are free.
    var description: String? {
        switch placement {
        case .free: nil
        case .oneCPU: "broker and logger on core \(cores.last ?? 0)"
        case .split:
            "broker on core \(cores[0]), logger on core \(cores[1]); what else works "
                + (cores.count > 2 ? "has the others" : "shares them, as there are no more")
        }
    }

    /// Asks for the cores that this process has anyway: only whether that is allowed matters.
    /// - Throws: ``BenchmarkError`` that says why it is not.
    package static func probe() throws(BenchmarkError) {
        try set(CPUPinning(.oneCPU).cores, of: getpid())
    }

    private static func set(_ cores: [Int], of process: pid_t) throws(BenchmarkError) {
        var set = cpu_set_t()
        withUnsafeMutableBytes(of: &set) { bytes in
            for core in cores { bytes[core / 8] |= 1 << (core % 8) }
        }
        // A thread started meanwhile inherits the cores of the one that started it; the second look finds a thread that one
        // started before its own turn had come.
        for _ in 0..<2 {
            for thread in Self.threads(of: process) {
                guard case .failure(let error) = SchedulerAffinity.set(set, of: thread) else { continue }
                // ESRCH: the thread has ended since.
                guard error.number == ESRCH else {
                    throw BenchmarkError(
                        "cannot choose the core of process \(process): \(error). Use --placement free.")
                }
            }
        }
    }

    private static func threads(of process: pid_t) -> [pid_t] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? []).compactMap { pid_t($0) }
    }

    private static func cores(in set: cpu_set_t) -> [Int] {
        withUnsafeBytes(of: set) { bytes in
            (0..<bytes.count * 8).filter { bytes[$0 / 8] & (1 << ($0 % 8)) != 0 }
        }
    }
}
