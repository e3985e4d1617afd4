import BenchmarkResults
package import Broker
import LoggerService

/// A logger that nobody here has started, on this host or another, which gives its account and what it has used over its
/// control API.
package struct RemoteLogger: Sendable {
    private let client: ControlClient
    /// What it calls itself, and its version.
    let identity: (name: String, version: String)

    /// How long the logger may take to answer, in seconds: one that is gone is not waited for.
    private static let timeout = 5.0

    /// Asks the logger with the control API at `target`, `host:port` or a Unix domain socket, who it is.
    /// - Throws: ``ControlRefusal`` where the token is not the logger's; ``BenchmarkError`` when nothing answers there, or
    ///   something that is no logger with a control API.
    package init(at target: String, token: BearerToken?) async throws {
        client = try ControlClient(target: target, timeout: Self.timeout, token: token)
        do {
            let use = try await client.process()
            identity = (use.name, use.version)
            _ = try await client.clock()
        } catch {
            client.close()
            throw error
        }
    }

    /// How far its clock is ahead of the lab's now.
    func clock() async throws -> ClockEstimate {
        try await ClockEstimate.measured { try await client.clock() }
    }

    /// What its process has used.
    func use() async throws -> ProcessAPI.Use {
        try await client.process()
    }

    /// The same, and begins a peak of its memory.
    func beginPeak() async throws -> ProcessAPI.Use {
        try await client.process(beginningPeak: true)
    }

    /// Its ledger, by the lab's clock.
    func ledger(_ clock: ClockEstimate) -> some LedgerClient {
        RemoteLedger(client: client, ahead: clock.ahead)
    }

    /// Closes the connection.
    package func close() {
        client.close()
    }
}

/// The account of a logger whose clock is another than the lab's.
private struct RemoteLedger: LedgerClient {
    let client: ControlClient
    /// How far the logger's clock is ahead, in nanoseconds.
    let ahead: Int64

    func announce(run: String, sealed: Bool) async throws {
        try await client.announce(run: run, sealed: sealed, clockAhead: ahead)
    }

    func report(run: String) async throws -> RunReport {
        var report = try await client.report(run: run)
        report.firstReceivedAtNs = report.firstReceivedAtNs.map { $0 &- ahead }
        report.lastReceivedAtNs = report.lastReceivedAtNs.map { $0 &- ahead }
        // A logger that does not know of other clocks has not been told.
        if report.received > 0, ahead != 0, report.clockAheadNs != ahead { report.deliveryLatency = nil }
        return report
    }

    func received() async throws -> UInt64 {
        try await client.received()
    }
}
