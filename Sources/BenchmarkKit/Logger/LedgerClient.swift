import Broker
import LoggerService

/// The logger's account of what arrived, as the benchmark sees it.
protocol LedgerClient: Sendable {
    /// Says that a run begins, and whether its texts carry a ``PayloadSeal``.
    /// - Throws: ``NoLedger`` where the logger keeps none; why it cannot be said.
    func announce(run: String, sealed: Bool) async throws
    /// The account of a run.
    func report(run: String) async throws -> RunReport
    /// How many entries have been recorded since the logger was started, whatever run they are of.
    func received() async throws -> UInt64
}

/// The logger keeps no account of runs, which it need not.
struct NoLedger: Error {}
