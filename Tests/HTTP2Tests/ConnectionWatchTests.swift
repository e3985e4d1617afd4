import NIOCore
import Testing

@testable import HTTP2

/// What a connection may take of the server's time, by a clock of the test's own.
@Suite struct ConnectionWatchTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private static func after(_ seconds: Int64) -> NIODeadline { start + .seconds(seconds) }

    /// Expectations cannot call what changes a value.
    private final class Watch {
        var watch: ConnectionWatch

        init(_ change: (inout ConnectionLimits) -> Void = { _ in }) {
            var limits = ConnectionLimits()
            change(&limits)
            watch = ConnectionWatch(limits)
            _ = look(after: 0, isBusy: false)
        }

        func look(after seconds: Int64, isBusy: Bool) -> ConnectionWatch.Finding? {
            watch.look(at: ConnectionWatchTests.after(seconds), hasPreface: true, isBusy: isBusy)
        }

        func ping(after seconds: Int64) -> Bool {
            watch.pingCame(at: ConnectionWatchTests.after(seconds))
        }
    }

    @Test func aClientThatSaysNothingIsAskedAndThenGivenUp() {
        let watch = Watch()
        #expect(watch.look(after: 59, isBusy: true) == nil)
        #expect(watch.look(after: 60, isBusy: true) == .ask)
        #expect(watch.look(after: 79, isBusy: true) == nil)
        let finding = watch.look(after: 80, isBusy: true)
        #expect(finding == .end("the client has not answered a PING in time"))
    }

    @Test func aSignOfLifeLetsTheConnectionGoOn() {
        let watch = Watch()
        #expect(watch.look(after: 60, isBusy: true) == .ask)
        watch.watch.hasReceived = true
        watch.watch.aliveCame()
        #expect(watch.look(after: 81, isBusy: true) == nil)
        #expect(watch.look(after: 141, isBusy: true) == .ask)
    }

    @Test func aConnectionWithoutCallsIsEndedGracefully() {
        let watch = Watch { $0.idle = .seconds(10) }
        #expect(watch.look(after: 5, isBusy: true) == nil)
        #expect(watch.look(after: 14, isBusy: false) == nil)
        #expect(watch.look(after: 15, isBusy: false) == .drain(.idle))
    }

    @Test func anOldConnectionIsEndedGracefullyAndThenAtOnce() {
        let watch = Watch { $0.maxAge = .seconds(10) }
        #expect(watch.look(after: 9, isBusy: true) == nil)
        #expect(watch.look(after: 10, isBusy: true) == .drain(.maxAge))
        #expect(watch.look(after: 39, isBusy: true) == nil)
        let finding = watch.look(after: 40, isBusy: true)
        #expect(finding == .end("the connection was to end and has not"))
    }

    @Test func pingsThatComeTooOftenAreStrikes() {
        let watch = Watch()
        for second in 0..<3 as Range<Int64> { #expect(!watch.ping(after: second)) }
        #expect(watch.ping(after: 3))
    }

    @Test func pingsThatAnswersCauseAreNoStrikes() {
        let watch = Watch()
        for _ in 0..<100 {
            #expect(!watch.ping(after: 0))
            watch.watch.answerSent()
        }
        for number in 0..<100 as Range<Int64> { #expect(!watch.ping(after: number * 10)) }
    }
}
