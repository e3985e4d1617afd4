import Testing

@testable import EntryStore

@Suite("When old entries are looked for")
struct PruningPaceTests {
    @Test("never where everything is kept")
    func never() {
        #expect(PruningPace(Retention(), interval: 10, longestInterval: 100).next == .max)
    }

    @Test("at once where there are more, and once an interval otherwise")
    func often() {
        var pace = PruningPace(Retention(maxBytes: 1), interval: 10, longestInterval: 100)
        #expect(pace.next == 0)
        #expect(pace.succeeded(isMore: true, now: 5) == nil && pace.next == 5)
        #expect(pace.succeeded(isMore: false, now: 6) == nil && pace.next == 16)
    }

    @Test("half as often after each failure, down to a limit, and as before when it works again")
    func seldom() {
        var pace = PruningPace(Retention(maxBytes: 1), interval: 10, longestInterval: 50)
        let refusal = StoreError(.other, "permission denied")
        #expect(pace.failed(refusal, now: 100) == "old entries are not deleted: permission denied")
        #expect(pace.next == 120)
        #expect(pace.failed(refusal, now: 120) == nil && pace.next == 160)
        #expect(pace.failed(refusal, now: 160) == nil && pace.next == 210)
        #expect(pace.failed(StoreError(.gone, "away"), now: 210) == "old entries are not deleted: away")
        #expect(pace.next == 260)
        #expect(pace.succeeded(isMore: false, now: 260) == "old entries are deleted again" && pace.next == 270)
    }
}
