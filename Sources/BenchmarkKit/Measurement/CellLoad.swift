import Broker

/// What a cell does on its connection: the warm-up, and the stretch that is measured.
struct CellLoad: Sendable {
    var warmup: LoadPhase
    var measured: LoadPhase
    var meters: CellMeters
    var reconciliation: Reconciliation

    /// What came of it.
    enum Outcome: Sendable {
        /// The warm-up failed, so that nothing was measured.
        case failedInWarmup(LoadResult)
        /// What was measured, between two readings of the meters.
        case measured(LoadResult, before: CellMeters.Reading, after: CellMeters.Reading)
    }

    /// Opens a connection and runs both phases on it.
    /// - Throws: `TransportError` when there is no connection; what the ledger throws; `CancellationError`.
    func run(over transport: some ClientTransport) async throws -> Outcome {
        try await transport.withConnection { connection in
            try await run(on: connection)
        }
    }

    private func run<Connection: TransportConnection>(on connection: isolated Connection) async throws -> Outcome {
        if warmup.duration > 0 {
            let result = await LoadGenerator.run(warmup, on: connection)
            try Task.checkCancellation()
            guard result.errors == 0 else { return .failedInWarmup(result) }
            // A backlog of the warm-up would be paid for by the measured entries.
            _ = try await reconciliation.settle(run: warmup.run, acked: result.acked)
        }
        let before = meters.read()
        let result = await LoadGenerator.run(measured, on: connection)
        let after = meters.read()
        try Task.checkCancellation()
        return .measured(result, before: before, after: after)
    }
}
