import BenchmarkKit
import BenchmarkResults
import Foundation

/// What the machine does to measurements.
enum Machine {
    /// Sources that are read without a system call and without asking a device.
    private static let quickClocks: Set<String> = [
        "tsc", "kvm-clock", "hyperv_clocksource_tsc_page", "arch_sys_counter",
    ]

    static func findings() -> [Finding] {
        [cores(), pinning(), clock(), resultsFolder()].compactMap { $0 }
    }

    private static func cores() -> Finding {
        let environment = BenchmarkEnvironment.current(checkoutNear: "/proc/self/exe")
        let model = environment.cpuModel.map { ", \($0)" } ?? ""
        let text = "\(environment.cpuCount)\(model)"
        guard environment.cpuCount < 2 else { return .ok("cpu cores", text) }
        return .warn(
            "cpu cores", "\(text): bench measures on one core, and has RabbitMQ and itself there, too",
            mend: "give the machine 2 cores or more, also for bench --placement split and free")
    }

    private static func pinning() -> Finding {
        do {
            try CPUPinning.probe()
            return .ok("core pinning", "sched_setaffinity works, for bench, unless --placement is free")
        } catch {
            return .warn(
                "core pinning", "sched_setaffinity does not work: \(error)", mend: "brokerlab bench --placement free")
        }
    }

    private static func clock() -> Finding? {
        let folder = "/sys/devices/system/clocksource/clocksource0"
        func read(_ name: String) -> String? {
            (try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8))?
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }
        guard let current = read("current_clocksource") else { return nil }
        if quickClocks.contains(current) { return .ok("clock source", current) }
        let better = (read("available_clocksource") ?? "").split(separator: " ").map(String.init)
            .first(where: quickClocks.contains)
        return .warn(
            "clock source", "\(current): reading the time costs a system call or more, at every send",
            mend: better.map { "echo \($0) | sudo tee \(folder)/current_clocksource" }
                ?? "measure on a machine whose clock source is tsc")
    }

    /// Tries the folder where `bench` writes unless told otherwise, and leaves nothing behind.
    private static func resultsFolder() -> Finding {
        let folder = "results"
        let isNew = mkdir(folder, 0o755) == 0
        let reason = isNew || errno == EEXIST ? nil : String(cString: strerror(errno))
        defer { if isNew { rmdir(folder) } }
        guard let failure = reason ?? ResultsFolder.failureToWrite(in: folder) else {
            return .ok("results folder", "./\(folder) can be written")
        }
        return .missing(
            "results folder", "./\(folder) cannot be written: \(failure)",
            mend: "go to another folder, or: brokerlab bench --out DIR")
    }
}
