import Glibc
import Testing

@testable import BenchmarkKit
@testable import BenchmarkResults

@Suite("Where processes run")
struct PlacementTests {
    @Test("split gives broker and logger a core each, one-cpu both the same, free none")
    func cores() async throws {
        let command = PartyCommand(executable: "/bin/cat", arguments: [])
        let broker = try await PartyProcess.start(command, as: "the broker")
        let logger = try await PartyProcess.start(command, as: "the logger")
        let all = try granted(to: 0)
        let pids = [broker.pid, logger.pid]

        let free = try CPUPinning(.free)
        try free.pin(broker: broker.pid, logger: logger.pid)
        #expect(try pids.map(granted) == [all, all] && free.description == nil)

        let shared = try CPUPinning(.oneCPU)
        try shared.pin(broker: broker.pid, logger: logger.pid)
        #expect(try pids.map(granted) == [Array(all.suffix(1)), Array(all.suffix(1))])
        shared.release(pids)
        #expect(try pids.map(granted) == [all, all])

        if all.count > 1 {
            let split = try CPUPinning(.split)
            try split.pin(broker: broker.pid, logger: logger.pid)
            try split.pinOthers([])
            #expect(try pids.map(granted) == [[all[0]], [all[1]]])
            #expect(split.description?.hasPrefix("broker on core \(all[0]), logger on core \(all[1]); ") == true)
        } else {
            #expect(throws: BenchmarkError.self) { try CPUPinning(.split) }
        }
        await broker.stop()
        await logger.stop()
    }

    private func granted(to process: pid_t) throws -> [Int] {
        let set = try SchedulerAffinity.cores(of: process).get()
        return withUnsafeBytes(of: set) { bytes in
            (0..<bytes.count * 8).filter { bytes[$0 / 8] & (1 << ($0 % 8)) != 0 }
        }
    }
}
