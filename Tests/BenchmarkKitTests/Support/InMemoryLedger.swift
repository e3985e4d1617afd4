import Broker
import LoggerService
import Synchronization

@testable import BenchmarkKit
@testable import BenchmarkResults

/// A ledger in memory.
final class InMemoryLedger: LedgerClient {
    private struct Run {
        var isSealed = false
        var sequences: Set<UInt64> = []
        var entries: [LogEntry] = []
        var report: RunReport
    }

    private let runs = Mutex<[String: Run]>([:])
    let announcements = Mutex<[String]>([])
    /// The runs whose next account cannot be had.
    let refusals = Mutex<Set<String>>([])

    func record(_ entry: LogEntry) {
        guard let stamp = entry.stamp else { return }
        runs.withLock { runs in
            var run = runs[stamp.run] ?? Run(report: RunReport(run: stamp.run))
            run.report.received += 1
            if run.sequences.insert(stamp.sequence).inserted {
                run.report.unique += 1
            } else {
                run.report.duplicated += 1
            }
            if run.isSealed, !PayloadSeal.isIntact(entry.data.utf8.span.bytes) {
                run.report.corrupt = (run.report.corrupt ?? 0) + 1
            }
            run.entries.append(entry)
            runs[stamp.run] = run
        }
    }

    func entries(of run: String) -> [LogEntry] {
        runs.withLock { $0[run]?.entries ?? [] }
    }

    func announce(run: String, sealed: Bool) async throws {
        announcements.withLock { $0.append(run) }
        runs.withLock { runs in
            runs[run] = Run(isSealed: sealed, report: RunReport(run: run))
        }
    }

    func report(run: String) async throws -> RunReport {
        guard refusals.withLock({ $0.remove(run) }) == nil else { throw BenchmarkError("no account of \(run)") }
        return reportNow(run: run)
    }

    func received() async throws -> UInt64 { receivedNow }

    /// Entries of all runs.
    var receivedNow: UInt64 { runs.withLock { $0.values.reduce(0) { $0 + $1.report.received } } }

    func reportNow(run: String) -> RunReport {
        runs.withLock { $0[run]?.report } ?? RunReport(run: run)
    }
}
