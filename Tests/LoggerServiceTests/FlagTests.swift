import Testing

@testable import LoggerService

@Suite struct FlagTests {
    @Test func isSetByOne() async {
        let flag = Flag()
        #expect(!flag.isSet)
        let setters = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 { group.addTask { flag.set() } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(setters == 1 && flag.isSet)
    }
}
