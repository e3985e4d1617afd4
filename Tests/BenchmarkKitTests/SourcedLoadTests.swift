import Broker
import Dispatch
import Synchronization
import Testing
import TransportIO

@testable import BenchmarkKit
@testable import BenchmarkResults

@Suite("A load of a source's entries")
struct SourcedLoadTests {
    private let ledger = InMemoryLedger()

    @Test("all are sent, once and in their order, and what cannot be is told apart", arguments: [1, 8])
    func all(_ inFlight: Int) async throws {
        let source = Numbers(upTo: 100, unfit: 10)
        let account = try await run(source, inFlight: inFlight)
        #expect(account.sent == 100 && account.acked == 99 && account.notSent == 1)
        #expect(account.firstFailure?.message == "unfit")
        #expect(account.p50Us > 0 && account.p99Us >= account.p50Us && account.seconds > 0)
        #expect(ledger.entries(of: "source").compactMap { $0.stamp?.sequence } == (0..<100).filter { $0 != 10 })
    }

    @Test("a failure does not end it, whatever the entry's fate")
    func failures() async throws {
        let account = try await run(Numbers(upTo: 40), inFlight: 4) { _, sequence in
            switch sequence {
            case 0..<10: .fail(TransportError(.notSent, "away"))
            case 10..<20: .fail(TransportError(.unknown, "lost"))
            case 20..<30: .fail(TransportError(.rejected, "refused"))
            default: .deliver
            }
        }
        #expect(account.sent == 40 && account.acked == 10)
        #expect(account.notSent == 10 && account.unknown == 10 && account.rejected == 10)
        #expect(account.firstFailure == TransportError(.notSent, "away"))
    }

    @Test("entries that have not come yet are waited for")
    func waiting() async throws {
        let source = Numbers(upTo: 20, pausingBefore: 7)
        let account = try await run(source, inFlight: 2)
        #expect(account.acked == 20 && source.waits.withLock { $0 } > 0)
    }

    @Test("it ends in time though there are more")
    func duration() async throws {
        let account = try await run(Numbers(upTo: .max), inFlight: 2, milliseconds: 20)
        #expect(account.sent > 0 && account.acked == account.sent && account.seconds >= 0.015)
    }

    @Test("at a rate, entries are sent when they are due, and the load ends with the last", .timeLimit(.minutes(1)))
    func rate() async throws {
        let account = try await run(Numbers(upTo: 40, unfit: 10), inFlight: 4, rate: 1000)
        #expect(account.sent == 40 && account.acked == 39 && account.notSent == 1 && account.seconds >= 0.039)
        #expect(ledger.entries(of: "source").compactMap { $0.stamp?.sequence } == (0..<40).filter { $0 != 10 })
        #expect(account.part(ofRate: 1000).map { $0 > 0 && $0 <= 39.0 / 40 } == true)
        // The next entry would be due in a day.
        let one = try await run(Numbers(upTo: 1), inFlight: 2, rate: 1 / 86_400)
        #expect(one.acked == 1)
    }

    @Test("a rate that is out of reach is not kept, and its entries are late")
    func outOfReach() async throws {
        let account = try await run(Numbers(upTo: .max), inFlight: 1, milliseconds: 200, rate: 1000) { _, _ in
            .delay(.milliseconds(10))
        }
        let part = try #require(account.part(ofRate: 1000))
        #expect(part < 0.2 && !account.isKept(part) && account.isKept(1))
        #expect(account.p99Us > 50_000)
    }

    @Test("what a source holds back is sent when it comes, and not made up for")
    func lateSource() async throws {
        let source = Numbers(upTo: 30, pausingBefore: 7, for: .milliseconds(100))
        let account = try await run(source, inFlight: 2, rate: 1000)
        #expect(account.acked == 30 && source.waits.withLock { $0 } > 0)
        #expect(account.part(ofRate: 1000) == nil, "the rate was the source's")
        // 23 intervals lie behind the pause.
        #expect(account.seconds >= 0.12)
    }

    @Test("a load ends with its source, also where all senders wait for that", .timeLimit(.minutes(1)))
    func everybodyWaits() async throws {
        let account = try await run(Silent(waiters: 2), inFlight: 2, rate: 1000)
        #expect(account.sent == 0)
    }

    @Test("connections share a source and its rate, and come to one account")
    func shared() async throws {
        let source = Numbers(upTo: 60)
        let transport = FakeTransport(ledger: ledger)
        let start = MonotonicClock.now
        let accounts = try await withThrowingTaskGroup(of: LoadAccount.self) { group in
            for index in 0..<3 {
                group.addTask {
                    try await transport.withConnection { connection in
                        let load = SourcedLoad(
                            of: source, inFlight: 2, load: .open(ratePerSecond: 1000), start: start, share: (index, 3),
                            over: connection, LatencyTallies(isOpen: true))
                        await load.run(on: connection)
                        return load.account(on: connection)
                    }
                }
            }
            var accounts: [LoadAccount] = []
            for try await account in group { accounts.append(account) }
            return accounts
        }
        let all = LoadAccount(merging: accounts)
        #expect(all.sent == 60 && all.acked == 60 && all.seconds >= 0.019)
        #expect(Set(ledger.entries(of: "source").compactMap { $0.stamp?.sequence }) == Set(0..<60))
        #expect(LoadAccount(merging: []).sent == 0)
    }

    private func run(
        _ source: any LoadSource, inFlight: Int, milliseconds: UInt64? = nil, rate: Double? = nil,
        _ behaviour: @escaping @Sendable (String, UInt64) -> FakeTransport.Behaviour = { _, _ in .deliver }
    ) async throws -> LoadAccount {
        let transport = FakeTransport(ledger: ledger, behaviour: behaviour)
        return try await transport.withConnection { connection in
            let load = SourcedLoad(
                of: source, inFlight: inFlight, load: rate.map { .open(ratePerSecond: $0) } ?? .closed,
                duration: milliseconds.map { $0 * 1_000_000 }, over: connection, LatencyTallies(isOpen: rate != nil))
            await load.run(on: connection)
            return load.account(on: connection)
        }
    }
}

/// Numbered entries, one of which may be unfit, or come later than it is asked for.
private final class Numbers: LoadSource {
    private let next = Mutex(UInt64(0))
    private let isLate = Mutex(false)
    private let count: UInt64
    private let unfit: UInt64?
    private let pause: UInt64?
    private let time: Duration
    let waits = Mutex(0)

    init(
        upTo count: UInt64, unfit: UInt64? = nil, pausingBefore pause: UInt64? = nil, for time: Duration = .zero
    ) {
        (self.count, self.unfit, self.pause, self.time) = (count, unfit, pause, time)
    }

    var isAtEnd: Bool { next.withLock { $0 >= count } }

    func take(due: UInt64?) -> SourcedEntry {
        next.withLock { next in
            guard next < count else { return .end }
            if next == pause, !isLate.withLock({ $0 }) { return .none }
            defer { next += 1 }
            if next == unfit { return .unfit(TransportError(.notSent, "unfit")) }
            return .entry(
                LogEntry(name: "n", data: "d", stamp: RunStamp(run: "source", sequence: next, sentAt: 1)))
        }
    }

    func wait() async {
        waits.withLock { $0 += 1 }
        try? await Task.sleep(for: time)
        await Task.yield()
        isLate.withLock { $0 = true }
    }
}

/// A source that has nothing, and ends a while after so many wait for it.
private final class Silent: LoadSource {
    private let waiters: Int
    private let state = Mutex((isAtEnd: false, waiting: [CheckedContinuation<Void, Never>]()))

    init(waiters: Int) {
        self.waiters = waiters
    }

    var isAtEnd: Bool { state.withLock { $0.isAtEnd } }

    func take(due: UInt64?) -> SourcedEntry { isAtEnd ? .end : .none }

    func wait() async {
        await withCheckedContinuation { continuation in
            let count = state.withLock { state in
                state.waiting.append(continuation)
                return state.waiting.count
            }
            // By then the next entry is overdue.
            if count == waiters { Task { await end(in: .milliseconds(50)) } }
        }
    }

    private func end(in time: Duration) async {
        try? await Task.sleep(for: time)
        let waiting = state.withLock { state in
            state.isAtEnd = true
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
