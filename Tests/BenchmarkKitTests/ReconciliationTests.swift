import BenchmarkResults
import Broker
import LoggerService
import Synchronization
import Testing

@testable import BenchmarkKit

@Suite("Waiting for the ledger", .timeLimit(.minutes(1)))
struct ReconciliationTests {
    private func ledger(of count: UInt64) -> InMemoryLedger {
        let ledger = InMemoryLedger()
        for number in 0..<count {
            ledger.record(LogEntry(name: "n", data: "d", stamp: RunStamp(run: "r", sequence: number, sentAt: 0)))
        }
        return ledger
    }

    @Test("goes on as long as a message broker holds entries, however long they stand still")
    func backlog() async throws {
        let ledger = ledger(of: 3)
        let asked = Mutex(0)
        let reconciliation = Reconciliation(
            ledger: ledger, patience: .milliseconds(20), limit: .seconds(30),
            backlog: {
                // The entries come when it was asked for the fifth time.
                let count = asked.withLock { asked in
                    asked += 1
                    return asked
                }
                if count == 5 {
                    for number in 3..<5 as Range<UInt64> {
                        ledger.record(
                            LogEntry(name: "n", data: "d", stamp: RunStamp(run: "r", sequence: number, sentAt: 0)))
                    }
                }
                return 2
            })
        #expect(try await reconciliation.settle(run: "r", acked: 5).unique == 5)
        #expect(asked.withLock { $0 } == 5)
    }

    @Test("ends where nobody holds any, or can be asked", arguments: [0, nil, -1])
    func nothingHeld(_ held: Int?) async throws {
        let reconciliation = Reconciliation(
            ledger: ledger(of: 3), patience: .milliseconds(20), limit: .seconds(30),
            backlog: {
                guard held != -1 else { throw BenchmarkError("gone") }
                return held
            })
        #expect(try await reconciliation.settle(run: "r", acked: 5).unique == 3)
    }

    @Test("ends at its limit, whatever is held")
    func limit() async throws {
        let reconciliation = Reconciliation(
            ledger: ledger(of: 3), patience: .milliseconds(5), limit: .milliseconds(50), backlog: { 2 })
        #expect(try await reconciliation.settle(run: "r", acked: 5).unique == 3)
    }
}
