import ArgumentParser
import Broker
import Metrics

/// Where a command tells what it counts while it runs.
struct MetricsOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Tell what is counted at this address while it runs, for Prometheus: GET /metrics. HOST:PORT, of which port 0 picks "
                + "a free one, unix:/PATH or unix:@NAME.", valueName: "addr"))
    var metrics: String?

    /// Runs `body`, and serves metrics meanwhile where an address was given.
    /// - Parameters:
    ///   - tls: how connections for metrics are secured; nil for cleartext.
    ///   - token: what has to be shown for metrics; nil for nothing.
    ///   - bound: told where metrics can be read; what it throws ends it.
    ///   - body: given the page to which it adds what it counts; nil where nobody asks for metrics.
    func serve<R: Sendable>(
        tls: ServerTLS? = nil, token: BearerToken? = nil, bound: (ServerAddress) throws -> Void,
        _ body: (MetricsPage?) async throws -> R
    ) async throws -> R {
        guard let metrics else { return try await body(nil) }
        let page = MetricsPage()
        page.add(ProcessMetrics.families)
        return try await MetricsServer(at: metrics, of: page, tls: tls, token: token).run(bound: bound) {
            try await body(page)
        }
    }
}
