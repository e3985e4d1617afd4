import Synchronization
import Testing

@testable import LoggerService

@Suite struct CountdownTests {
    @Test(arguments: [1, 2, 50])
    func firesOnce(count: Int) async {
        let calls = Mutex(0)
        let countdown = Countdown(count) { calls.withLock { $0 += 1 } }
        await withTaskGroup(of: Void.self) { group in
            for step in 0..<count + 3 {
                if step == count - 1 { await group.waitForAll() }
                if step == count - 1 { #expect(calls.withLock { $0 } == 0) }
                group.addTask { countdown.step() }
            }
        }
        #expect(calls.withLock { $0 } == 1)
    }

    @Test func flagIsSetByOne() async {
        let flag = Flag()
        #expect(!flag.isSet)
        let setters = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 { group.addTask { flag.set() } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(setters == 1 && flag.isSet)
    }
}
