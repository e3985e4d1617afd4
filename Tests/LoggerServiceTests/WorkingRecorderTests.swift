import Broker
import Testing

@testable import LoggerService

@Suite("A recorder that works on each entry") struct WorkingRecorderTests {
    @Test("each entry takes a core for that long, and is recorded as it would be, on every loop")
    func work() {
        let ledger = Ledger(storeBytes: 10_000, loops: 2)
        let recorder = WorkingRecorder(ledger.recorder(for: "tcp"), work: .microseconds(500))
        let before = MonotonicClock.threadCPUTime
        for loop in 0..<2 {
            let own = recorder.recorder(forLoop: loop)
            for sequence in 0..<4 as Range<UInt64> {
                #expect(own.record(run: "r", UInt64(loop) * 10 + sequence) == .recorded)
            }
            own.countUndecodable()
        }
        #expect(MonotonicClock.threadCPUTime - before >= 8 * 500_000)
        #expect(ledger.report(run: "r")?.unique == 8)
        #expect(ledger.counts().first?.received == 8 && ledger.counts().first?.undecodable == 2)
        #expect(!recorder.isBehind)
    }
}
